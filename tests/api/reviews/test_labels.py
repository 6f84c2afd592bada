"""Labelling: what it teaches, taking it back, and two people at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.audit.models import AuditEntry
from api.candidates.models import Candidate
from api.db import db
from api.errors import Conflict, Invalid, NotFound
from api.examples.models import Example, LockedMessage
from api.personal_data import Person, erase, export
from api.reviews import groups, queries, service, sweep, tasks, teaching
from api.reviews.models import Review, ReviewGroup, ReviewLabel
from tests.api.reviews.talks import answers, asks, misunderstood, talk
from tests.api.staff import add_staff

DOGS = ("får jag ta med hund", "är hundar tillåtna", "hund på kontoret", "kan hunden följa med", "har ni hundförbud", "min hund med på jobbet", "hundpolicy")


def admin(app: APIFlask, name: str) -> Staff:
    staff = db.session.get_one(Staff, add_staff(app, name, access="admin"))
    db.session.commit()
    return staff


@pytest.fixture
def ebba(context: APIFlask) -> Staff:
    return admin(context, "Ebba Sandström")


@pytest.fixture
def olli(context: APIFlask) -> Staff:
    return admin(context, "Olli Laine")


def one_group(*texts: str) -> tuple[str, dict[str, str]]:
    """These wordings misunderstood and grouped: the group's id, and the reviews' ids by text."""
    misunderstood(*texts)
    sweep.run()
    ids = {review.text: review.id for review in db.session.scalars(select(Review).where(Review.text.in_(texts)))}
    db.session.rollback()
    tasks.regroup([list(ids.values())])
    group_id = db.session.scalar(select(Review.group_id).where(Review.id == ids[texts[0]]))
    db.session.rollback()
    assert group_id is not None
    return group_id, ids


def taught() -> dict[str, tuple[str, str | None]]:
    """What is learnt or measured by: kind and intent by wording."""
    learnt = {row.text: ("example", row.intent) for row in db.session.scalars(select(Example))}
    return learnt | {row.text: ("locked", row.intent) for row in db.session.scalars(select(LockedMessage))}


def test_a_group_is_labelled_at_once_and_every_fifth_wording_only_measures(ebba: Staff) -> None:
    group_id, ids = one_group(*DOGS)
    act = service.label(ebba, group_id, list(ids.values()), "intent", "ask_accommodation")
    db.session.commit()
    assert act.many == 7
    expected = {text: ("locked" if teaching.is_locked(text) else "example", "ask_accommodation") for text in DOGS}
    assert taught() == expected and len({kind for kind, _ in expected.values()}) == 2
    assert {review.status for review in db.session.scalars(select(Review))} == {"labelled"}
    assert db.session.get(ReviewGroup, group_id) is None
    assert queries.counts(ebba, clock.now() - timedelta(hours=1)) == {"groups": 0, "messages": 0, "labelled": 7, "mine": 7}
    assert db.session.scalar(select(AuditEntry).where(AuditEntry.action == "review.labelled")) is not None


def test_only_the_chosen_wordings_are_labelled_and_undo_brings_everything_back(ebba: Staff, olli: Staff) -> None:
    group_id, ids = one_group(*DOGS, "har ni parkering")
    db.session.add(Example(language="sv", key=DOGS[0], text=DOGS[0], intent="ask_company", origin="studio"))
    db.session.commit()
    act = service.label(ebba, group_id, [ids[text] for text in DOGS], "out_of_scope")
    db.session.commit()
    assert taught()[DOGS[0]][1] == "out_of_scope"
    assert [wording.text for wording in queries.group(group_id).wordings] == ["har ni parkering"]
    back = service.undo(olli, act.id)
    db.session.commit()
    assert taught() == {DOGS[0]: ("example", "ask_company")}
    assert {wording.text for wording in queries.group(back).wordings} == set(DOGS)
    assert [(entry.staff, entry.many, entry.undone_by) for entry in queries.history(9)] == [("Ebba Sandström", 7, "Olli Laine")]
    with pytest.raises(Conflict):
        service.undo(ebba, act.id)


def test_what_somebody_has_decided_since_stays(ebba: Staff) -> None:
    group_id, ids = one_group("är hundar tillåtna")
    act = service.label(ebba, group_id, list(ids.values()), "right")
    assert act.intent == "ask_salary"
    for row in [*db.session.scalars(select(Example)), *db.session.scalars(select(LockedMessage))]:
        row.intent = "ask_benefits"
    db.session.commit()
    service.undo(ebba, act.id)
    assert [intent for _, intent in taught().values()] == ["ask_benefits"]


def test_ignored_and_erased_teach_nothing_and_erased_has_no_words(ebba: Staff) -> None:
    group_id, ids = one_group("asdf", "hemlig text")
    service.label(ebba, group_id, [ids["asdf"]], "ignore")
    act = service.label(ebba, group_id, [ids["hemlig text"]], "erase")
    db.session.commit()
    assert taught() == {}
    assert {review.status: review.text for review in db.session.scalars(select(Review))} == {"ignored": "asdf", "erased": ""}
    with pytest.raises(Conflict):
        service.undo(ebba, act.id)
    db.session.rollback()
    assert sweep.run() == 0, "what is erased is not found again"


def test_a_label_can_be_erased_later_with_what_was_learnt(ebba: Staff) -> None:
    group_id, ids = one_group("är hundar tillåtna", "hundpolicy")
    act = service.label(ebba, group_id, list(ids.values()), "right")
    db.session.commit()
    service.erase_labelled(ebba, act.id)
    db.session.commit()
    assert taught() == {} and {review.text for review in db.session.scalars(select(Review))} == {""}


def test_two_people_do_not_label_the_same(ebba: Staff, olli: Staff) -> None:
    group_id, ids = one_group("får jag ta med hund", "hundpolicy")
    with clock.at(clock.now()):
        assert service.hold(ebba, group_id) is None
        db.session.commit()
        holder = service.hold(olli, group_id)
        assert holder is not None and holder.name == "Ebba Sandström"
        with pytest.raises(Conflict, match="conflict"):
            service.label(olli, group_id, list(ids.values()), "ignore")
        db.session.rollback()
        assert [row.holder for row in queries.listed(queries.Wanted(), 9)] == ["Ebba Sandström"]
        db.session.rollback()
        tasks.regroup([[ids["får jag ta med hund"]], [ids["hundpolicy"]]])
        assert queries.group(group_id).row.waiting == 2, "nothing moves under the one who works on it"
    with clock.at(clock.now() + service.HOLD + timedelta(seconds=1)):
        service.label(olli, group_id, [ids["hundpolicy"]], "ignore")
        db.session.commit()
        with pytest.raises(Conflict):
            service.label(ebba, group_id, [ids["hundpolicy"]], "ignore")
        db.session.rollback()
        with pytest.raises(Invalid):
            service.label(ebba, group_id, list(ids.values()), "intent")
        with pytest.raises(NotFound):
            service.label(ebba, "nobodys", list(ids.values()), "ignore")


def test_a_new_question_begins_with_the_chosen_wordings(ebba: Staff) -> None:
    group_id, ids = one_group("får jag ta med hund", "hundpolicy", "finns gym")
    own = service.split(ebba, group_id, [ids["hundpolicy"], ids["får jag ta med hund"]])
    db.session.commit()
    assert own != group_id and set(queries.texts_of(own)) == {("sv", "hundpolicy"), ("sv", "får jag ta med hund")}
    assert [wording.text for wording in queries.group(group_id).wordings] == ["finns gym"]
    assert service.split(ebba, group_id, [ids["finns gym"]]) == group_id
    act = service.label_group(ebba, own, "ask_company")
    assert act is not None and (act.decision, act.many) == ("new", 2)
    assert service.label_group(ebba, own, "ask_company") is None


def test_groups_keep_their_ids_and_forget_nobody(context: APIFlask) -> None:
    group_id, ids = one_group("hund ett", "hund två", "hund tre", "gym ett")
    tasks.regroup([[ids["hund två"], ids["hund ett"], ids["hund tre"]], [ids["gym ett"], "gone"]])
    rows = {row.id: (row.text, row.waiting) for row in queries.listed(queries.Wanted(), 9)}
    assert rows[group_id] == ("hund två", 3) and sorted(rows.values()) == [("gym ett", 1), ("hund två", 3)]
    assert [row.text for row in queries.listed(queries.Wanted(q="gym"), 9)] == ["gym ett"]
    assert queries.listed(queries.Wanted(reason="low"), 9) == [] == queries.listed(queries.Wanted(language="fi"), 9)


def test_a_newly_trained_model_scores_the_inbox_again(context: APIFlask) -> None:
    group_id, ids = one_group("hund ett", "hund två")
    sure = service.Guess("company_dogs", 0.98, [{"intent": "company_dogs", "confidence": 0.98}, {"intent": "greet", "confidence": 0.01}], "new")
    unsure = service.Guess("nlu_fallback", 0.3, [{"intent": "ask_benefits", "confidence": 0.3}], "new")
    assert service.rescore({ids["hund ett"]: sure, ids["hund två"]: unsure, "gone": sure}) == 2
    db.session.commit()
    wordings = {wording.text: wording for wording in queries.group(group_id).wordings}
    assert wordings["hund ett"].guess == "company_dogs" and wordings["hund två"].guess == "ask_benefits"
    assert db.session.get_one(ReviewGroup, group_id, populate_existing=True).rank == pytest.approx(0.02 + 0.7)


def test_a_candidates_messages_are_exported_and_erased_with_them(ebba: Staff) -> None:
    candidate = Candidate(email="anna@exempel.se", name="Anna Berg")
    db.session.add(candidate)
    db.session.commit()
    mine, more = asks("får jag ta med hund"), asks("finns gym")
    talk(mine, answers(mine), more, answers(more), candidate_id=candidate.id)
    misunderstood("hur är lunchen")
    sweep.run()
    ids = {review.text: (review.id, review.group_id) for review in db.session.scalars(select(Review))}
    service.label(ebba, str(ids["finns gym"][1]), [ids["finns gym"][0]], "right")
    db.session.commit()
    person = Person(candidate.id, candidate.email)
    assert {row["text"] for row in export(person)["reviews"]} == {"får jag ta med hund", "finns gym"}
    erase(person)
    db.session.commit()
    assert [review.text for review in db.session.scalars(select(Review))] == ["hur är lunchen"]
    assert db.session.scalars(select(ReviewGroup.waiting)).all() == [1] and taught() == {}
    assert db.session.scalar(select(ReviewLabel.many)) == 1
    groups.refresh([])
