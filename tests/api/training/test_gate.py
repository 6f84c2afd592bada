"""The gate stops what is worse, and is not moved by chance."""

from __future__ import annotations

import random
from typing import Any

import pytest

from api.training import pairs
from api.training.figures import Outcome, by_intent, figures, in_scope, out_of_scope, wrong
from api.training.gate import Facts, verdict
from api.training.pairs import Pair
from api.training.statistics import by_chance, wilson

COUNTS = {intent: {"sv": 150, "fi": 150, "en": 150} for intent in ("ask_salary", "ask_deadline", "out_of_scope")}
FINE: dict[str, Any] = {"smoke": {"passed": True}, "stories": {"passed": True}}


def facts(held_out: dict[str, dict[str, Pair]], **more: Any) -> Facts:
    comparison = {"held_out": pairs.plain(held_out), "locked": {}}
    return Facts(**({"counts": COUNTS, "live_counts": COUNTS, "checks": FINE, "comparison": comparison} | more))


def codes(found: Facts) -> list[str]:
    return [reason.code for reason in verdict(found).reasons]


def pair(n: int, before: int, lost: int, gained: int) -> Pair:
    return Pair(n, before, before - lost + gained, lost, gained)


def test_intervals_and_chances_are_as_in_the_books() -> None:
    assert [round(x, 4) for x in wilson(8, 10)] == [0.4902, 0.9433]
    assert wilson(0, 0) == (0.0, 1.0)
    assert by_chance(5, 0) == pytest.approx(1 / 32)
    assert by_chance(0, 0) == 1.0
    assert by_chance(8, 2) == pytest.approx(56 / 1024)


def test_an_intent_that_loses_is_named_with_its_language_and_numbers() -> None:
    found = verdict(facts({"fi": {"ask_salary": pair(150, 140, 110, 2), "ask_deadline": pair(150, 130, 5, 6)}}))
    assert not found.passed
    lost = next(r for r in found.reasons if r.code == "intent_lost")
    assert lost.fields == {"sample": "held_out", "language": "fi", "n": 150, "before": 140, "now": 32, "lost": 110, "gained": 2, "intent": "ask_salary"}
    assert "language_lost" in codes(facts({"fi": {"ask_salary": pair(150, 140, 110, 2)}}))


def test_a_small_new_intent_is_stopped_by_a_large_loss_only() -> None:
    rows = {f"intent_{i}": pair(150, 140, 3, 3) for i in range(60)}
    assert codes(facts({"sv": rows | {"company_dogs": pair(12, 11, 3, 0)}})) == []
    assert codes(facts({"sv": rows | {"company_dogs": pair(12, 11, 8, 0)}})) == ["intent_lost"]


def test_models_that_differ_by_chance_pass() -> None:
    """Two models that are equally good, 165 shares each, a hundred trainings: hardly one is stopped."""
    dice, stopped = random.Random(4), 0
    for _ in range(100):
        rows: dict[str, dict[str, Pair]] = {}
        for language in ("sv", "fi", "en"):
            rows[language] = {}
            for i in range(55):
                differ = [dice.random() < 0.5 for _ in range(150) if dice.random() < 0.06]
                rows[language][f"intent_{i}"] = pair(150, 130, sum(differ), len(differ) - sum(differ))
        stopped += bool(codes(facts(rows)))
    assert stopped <= 8


def test_what_is_out_of_scope_must_be_seen_as_well_as_before() -> None:
    assert codes(facts({"en": {"out_of_scope": pair(800, 600, 40, 12)}})) == ["scope_lost"]
    assert codes(facts({"en": {"out_of_scope": pair(800, 600, 20, 17)}})) == []


def test_half_a_point_over_ten_thousand_examples_stops_nothing() -> None:
    """A new question always costs the others a little; what counts is what candidates would feel."""
    assert codes(facts({"sv": {"ask_salary": pair(7700, 5860, 76, 29), "out_of_scope": pair(670, 515, 14, 1)}})) == ["intent_lost"]
    rows = {f"intent_{i}": pair(150, 115, 2, 1) for i in range(51)}
    assert codes(facts({"sv": rows | {"out_of_scope": pair(670, 515, 14, 1)}})) == []
    assert codes(facts({"sv": {f"intent_{i}": pair(150, 115, 5, 1) for i in range(51)}})) == ["language_lost"]


def test_data_checks_and_freshness_stop_it_too() -> None:
    some = verdict(facts({}, counts=COUNTS | {"company_dogs": {"sv": 10, "fi": 7, "en": 12}}))
    assert some.passed and some.notes[0].fields == {"intents": ["company_dogs"], "enough": 10}
    thin = COUNTS | {"ask_salary": {"sv": 150, "fi": 0, "en": 150}}
    gone = verdict(facts({}, live_counts=COUNTS | {"ask_lunch": {"sv": 20}, "ask_gym": {"sv": 20}}, retired=frozenset({"ask_gym"})))
    assert [(r.code, r.fields) for r in (*gone.reasons, *gone.notes[-1:])] == [
        ("no_examples", {"intent": "ask_lunch"}),
        ("intents_gone", {"intents": ["ask_gym"]}),
    ]
    found = verdict(facts({}, counts=thin, without_answer=[("company_dogs", "fi"), ("company_dogs", "en")]))
    assert [r.code for r in found.reasons] == ["few_examples", "no_answer"]
    assert found.reasons[0].fields["language"] == "fi" and found.reasons[1].fields == {"intent": "company_dogs", "languages": ["fi", "en"]}
    assert found.reasons[0].fields["before"] == 150
    assert codes(facts({}, checks=None)) == ["not_checked"]
    assert codes(facts({}, up_to_date=False)) == ["not_compared"]
    assert codes(facts({}, checks={"smoke": {"passed": False, "sentence": "No."}, "stories": {"passed": False}})) == ["smoke_failed", "stories_failed"]
    absent = verdict(facts({}, checks={"smoke": {"passed": True}, "stories": {"passed": None}}))
    assert absent.passed and "stories_absent" in [n.code for n in absent.notes]


def test_judged_messages_count_when_they_speak_clearly() -> None:
    assert codes(facts({}, worse=4, better=1)) == []
    assert codes(facts({}, worse=9, better=1)) == ["judged_worse"]
    assert codes(facts({}, worse=1, better=9)) == []


def test_the_first_model_needs_no_comparison() -> None:
    found = verdict(Facts(counts=COUNTS, live=False, up_to_date=False, checks=FINE))
    assert found.passed and [n.code for n in found.notes] == ["nothing_to_compare"]


def test_figures_count_what_is_right_asked_back_and_wrong() -> None:
    seen = [
        Outcome("1", "sv", "a", "a", 0.9, True), Outcome("2", "sv", "a", "b", 0.8, True), Outcome("3", "sv", "a", "a", 0.2, False),
        Outcome("4", "sv", "b", "b", 0.95, True), Outcome("5", "sv", "out_of_scope", "out_of_scope", 0.7, True), Outcome("6", "fi", "a", "a", 0.5, True),
    ]  # fmt: skip
    found = figures(seen)
    a, b = by_intent(found["sv"])["a"], by_intent(found["sv"])["b"]
    assert (a.recall.right, a.recall.n, a.precision.right, a.precision.n, a.asked) == (1, 3, 1, 1, 1)
    assert (b.recall.share, b.precision.share) == (1.0, 0.5) and round(b.f1 or 0, 3) == 0.667
    assert (in_scope(found["sv"]).right, in_scope(found["sv"]).n, out_of_scope(found["sv"]).n, wrong(found["sv"]).right) == (2, 4, 1, 1)
    assert found["sv"]["confusions"] == [["a", "b", 1]] and found["fi"]["n"] == 1
    assert found["sv"]["calibration"][2] == [0.2, 1, 1]


def test_the_new_label_is_the_truth_for_both_models() -> None:
    before = {"1": Outcome("1", "sv", "a", "a", 0.9, True), "2": Outcome("2", "sv", "a", "a", 0.9, True)}
    now = {"1": Outcome("1", "sv", "b", "b", 0.9, True), "2": Outcome("2", "sv", "a", "a", 0.9, False), "3": Outcome("3", "sv", "a", "a", 1, True)}
    assert pairs.pairs(before, now) == {"sv": {"b": Pair(1, 0, 1, 0, 1), "a": Pair(1, 1, 0, 1, 0)}}
