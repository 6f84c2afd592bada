"""The figures mean what they say."""

from __future__ import annotations

from pathlib import Path

from nlu.evaluate import FALLBACK, OUT_OF_SCOPE, Outcome, Question, confusions, figures, missed, read_questions, report, table


def outcome(meant: str, taken: str, *offered: str, language: str = "sv", text: str = "x") -> Outcome:
    return Outcome(Question(language, meant, text), taken, frozenset(offered))


OUTCOMES = [
    *[outcome("ask_salary", "ask_salary")] * 6,
    *[outcome("ask_salary", FALLBACK, "ask_salary", "ask_benefits")] * 2,
    outcome("ask_salary", FALLBACK, "ask_benefits"),
    outcome("ask_salary", "ask_benefits", "ask_salary"),
    outcome(OUT_OF_SCOPE, OUT_OF_SCOPE),
    outcome(OUT_OF_SCOPE, OUT_OF_SCOPE),
    outcome(OUT_OF_SCOPE, FALLBACK),
    outcome(OUT_OF_SCOPE, "ask_salary"),
]


def test_each_share_counts_what_its_name_says():
    measured = figures(OUTCOMES)
    assert measured.right_at_once == 0.6
    assert measured.right_or_offered == 0.8
    assert measured.wrong_with_confidence == 0.1
    assert measured.asked_back == 0.3
    assert measured.out_of_scope_recall == 0.5
    assert measured.out_of_scope_not_answered == 0.75


def test_goals_that_are_missed_are_named():
    assert missed(figures(OUTCOMES)) == ["right_at_once", "right_or_offered", "wrong_with_confidence", "out_of_scope_recall"]
    assert missed(figures([outcome("a", "a"), outcome(OUT_OF_SCOPE, OUT_OF_SCOPE)])) == []


def test_asking_back_is_no_confusion():
    assert confusions(OUTCOMES) == [("ask_salary", "ask_benefits", 1), (OUT_OF_SCOPE, "ask_salary", 1)]


def test_the_table_has_a_row_a_language_and_the_goals():
    lines = table({"sv": figures(OUTCOMES)}).splitlines()
    assert lines[2].startswith("| sv | 14 | 0.600 | 0.800 | 0.100 |")
    assert "≤ 0.06" in lines[-1]


def test_examples_of_the_training_data_can_be_left_out():
    outcomes = [outcome("a", "a", text="Hej!"), outcome("a", "b", text="Något nytt")]
    measured = report(outcomes, {("sv", "hej")})
    assert measured["figures"]["sv"]["right_at_once"] == 0.5
    assert measured["figures_without_examples"]["sv"]["right_at_once"] == 0.0


def test_the_blind_sets_have_ten_questions_an_intent_in_each_language():
    questions = read_questions(Path("tests/nlu"), "blind")
    for language in ("sv", "fi", "en"):
        counts = {}
        for question in questions:
            if question.language == language:
                counts[question.intent] = counts.get(question.intent, 0) + 1
        assert counts.pop(OUT_OF_SCOPE) >= 60
        assert min(counts.values()) >= 10
