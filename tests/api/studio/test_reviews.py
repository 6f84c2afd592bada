"""The inbox of misunderstood messages, as an admin's browser sees it."""

from __future__ import annotations

import re

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api.db import db
from api.examples.models import Example, LockedMessage
from api.reviews import sweep, tasks
from api.reviews.models import Review, ReviewGroup, ReviewLabel
from tests.api.reviews.talks import misunderstood
from tests.api.staff import Browser, add_staff, signed_in
from tests.api.statements import counted

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ebba(app: APIFlask) -> Browser:
    return signed_in(app, add_staff(app, "Ebba Sandström", access="admin"))


@pytest.fixture
def olli(app: APIFlask) -> Browser:
    return signed_in(app, add_staff(app, "Olli Laine", access="admin"))


def inbox(app: APIFlask, *groups: tuple[str, ...]) -> list[str]:
    """These wordings misunderstood, grouped like this; the groups' ids."""
    with app.app_context():
        misunderstood(*[text for texts in groups for text in texts])
        sweep.run()
        ids = {review.text: review.id for review in db.session.scalars(select(Review))}
        db.session.rollback()
        tasks.regroup([[ids[text] for text in texts] for texts in groups])
        where = {review.text: str(review.group_id) for review in db.session.scalars(select(Review).execution_options(populate_existing=True))}
        return [where[texts[0]] for texts in groups]


def chosen(html: str) -> list[str]:
    """The reviews whose boxes are ticked."""
    return re.findall(r'name="review" value="([^"]+)" checked', html)


def test_the_inbox_is_empty_then_shows_the_group_that_teaches_most(app: APIFlask, ebba: Browser) -> None:
    assert "Nothing waits for you" in ebba.get("/studio/").text
    dogs, gym = inbox(app, ("får jag ta med hund", "hund på jobbet"), ("finns gym",))
    html = ebba.get("/studio/").text
    assert "3 messages in 2 groups" in html
    assert html.index(f"group-{dogs}") < html.index(f"group-{gym}")
    assert 'data-id="' + dogs in html and len(chosen(html)) == 2
    assert "Menade du det här?" in ebba.get(f"/studio/reviews/messages/{chosen(html)[0]}").text
    assert "finns gym" in ebba.get("/studio/?q=gym").text and "hund på jobbet" not in ebba.get("/studio/?q=gym").text


def test_a_label_without_scripts_is_saved_undone_and_told_of(app: APIFlask, ebba: Browser) -> None:
    dogs, _ = inbox(app, ("får jag ta med hund", "hund på jobbet"), ("finns gym",))
    ids = chosen(ebba.get(f"/studio/reviews/{dogs}").text)
    answer = ebba.post(f"/studio/reviews/{dogs}/label", {"review": ids, "decision": "intent", "intent": "ask_company", "q": ""})
    assert answer.status_code == 303
    html = ebba.get(answer.location).text
    assert "2 messages now mean “About the company”." in html and "finns gym" in html and "hund på jobbet" not in html
    undo = re.search(r"/studio/reviews/labels/[^/]+/undo", html)
    assert undo
    back = ebba.post(undo.group())
    assert back.status_code == 303 and "hund på jobbet" in ebba.get(back.location).text
    history = ebba.get("/studio/reviews/history").text
    assert "Ebba Sandström" in history and "Undone by Ebba Sandström" in history
    with app.app_context():
        assert db.session.scalars(select(Example)).all() == [] == db.session.scalars(select(LockedMessage)).all()


def test_a_label_with_scripts_opens_the_next_group(app: APIFlask, ebba: Browser) -> None:
    dogs, gym, lunch = inbox(app, ("hund ett", "hund två", "hund tre"), ("gym ett", "gym två"), ("lunch",))
    ids = chosen(ebba.get(f"/studio/reviews/{gym}", headers=HTMX | {"HX-Target": "detail"}).text)
    answer = ebba.post(f"/studio/reviews/{gym}/label", {"review": ids, "decision": "intent:ask_benefits", "next": lunch}, headers=HTMX)
    assert answer.status_code == 200 and "<html" not in answer.text
    assert f'data-id="{lunch}"' in answer.text and lunch in answer.headers["HX-Push-Url"]
    erased = ebba.post(f"/studio/reviews/{lunch}/label", {"review": chosen(answer.text), "decision": "erase", "next": "gone"}, headers=HTMX)
    assert f'data-id="{dogs}"' in erased.text and "/undo" not in erased.text
    nothing = ebba.post(f"/studio/reviews/{dogs}/label", {"review": ids, "decision": "ignore"}, headers=HTMX)
    assert nothing.status_code == 409 and "labelled already" in nothing.text


def test_what_somebody_works_on_is_theirs(app: APIFlask, ebba: Browser, olli: Browser) -> None:
    dogs, gym = inbox(app, ("hund ett", "hund två"), ("gym",))
    assert ebba.post(f"/studio/reviews/{dogs}/hold", headers=HTMX).status_code == 204
    first = olli.get("/studio/").text
    assert f'data-id="{gym}"' in first and "Ebba Sandström works on it" in first
    held = olli.post(f"/studio/reviews/{dogs}/hold", headers=HTMX).text
    assert "Ebba Sandström is working on these right now" in held and 'name="decision"' not in held
    refused = olli.post(f"/studio/reviews/{dogs}/label", {"review": chosen(held), "decision": "ignore"}, headers=HTMX)
    assert refused.status_code == 409 and "Ebba Sandström is working on these" in refused.text


def test_a_new_question_goes_on_to_its_form(app: APIFlask, ebba: Browser) -> None:
    (dogs,) = inbox(app, ("hund ett", "hund två", "gym"))
    html = ebba.get(f"/studio/reviews/{dogs}").text
    answer = ebba.post(f"/studio/reviews/{dogs}/label", {"review": chosen(html)[:2], "decision": "new"}, headers=HTMX)
    target = answer.headers["HX-Redirect"]
    assert answer.status_code == 204 and re.match(r"/studio/questions/new\?group=", target) and dogs not in target
    with app.app_context():
        assert sorted(db.session.scalars(select(ReviewGroup.waiting))) == [1, 2]


def test_a_label_can_be_erased_from_the_history(app: APIFlask, ebba: Browser) -> None:
    (dogs,) = inbox(app, ("hund ett",))
    ebba.post(f"/studio/reviews/{dogs}/label", {"review": chosen(ebba.get(f"/studio/reviews/{dogs}").text), "decision": "out_of_scope"})
    with app.app_context():
        label = db.session.scalars(select(ReviewLabel.id)).one()
    assert ebba.post(f"/studio/reviews/labels/{label}/erase").status_code == 303
    assert "hund ett" not in ebba.get("/studio/reviews/history").text
    with app.app_context():
        assert db.session.scalars(select(Review.text)).all() == [""] and db.session.scalars(select(Example)).all() == []


def test_many_groups_need_no_more_queries(app: APIFlask, ebba: Browser) -> None:
    inbox(app, ("hund ett", "hund två"))
    ebba.get("/studio/")
    with counted(app) as few:
        ebba.get("/studio/")
    inbox(app, *[(f"fråga {n} ett", f"fråga {n} två") for n in range(12)])
    with counted(app) as many:
        ebba.get("/studio/")
    assert len(few) == len(many)
