"""The ledger of promises on the desk: lists, one click, undo; for htmx and without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.audit.models import AuditEntry
from api.audit.service import SYSTEM
from api.conversations.models import Conversation, Message
from api.db import db
from api.outbox.models import Mail
from api.roles import service
from api.roles.models import Application, Promise
from api.roles.schemas import ApplicationIn, RoleIn
from tests.api.roles.samples import application, role
from tests.api.staff import Browser, add_staff, signed_in
from tests.api.statements import counted

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # Wednesday, 10:00 in Stockholm
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def bo(app: APIFlask) -> Browser:
    """Bo Al's browser, who recruits for NV-1."""
    return signed_in(app, add_staff(app, "Bo Al", email="bo.al@nordvind.example", office="stockholm"))


def applied(app: APIFlask, ref: str = "A-1", who: str = "Eva Nord", due_on: str | None = None, **changes: Any) -> str:
    """An application, with a promise of Bo's by `due_on`; gives its id."""
    email = f"{who.split()[0].lower()}@example.com"
    promise = {"who": "Bo Al", "due_on": due_on, "channel": "phone", "made_at": "2026-11-10T10:00:00+01:00"} if due_on else None
    data = application(ref=ref, candidate={"email": email, "name": who, "language": "en"}, promise=promise, **changes)
    with app.app_context():
        service.save_role(RoleIn().load(role(ref="NV-1")), SYSTEM)
        saved = service.save_application(ApplicationIn().load(data), SYSTEM).row
        db.session.commit()
        return saved.id


def conversation_of(app: APIFlask, application_id: str, **fields: Any) -> str:
    """A conversation in which the candidate has proved who they are."""
    with app.app_context():
        candidate_id = db.session.get_one(Application, application_id).candidate_id
        row = Conversation(token_hash="0" * 64, language="en", candidate_id=candidate_id, verified_at=NOW, verified_by="mail", **fields)
        db.session.add(row)
        db.session.commit()
        return row.id


def in_database(app: APIFlask, read: Callable[[], Any]) -> Any:
    with app.app_context():
        return read()


def promises(app: APIFlask) -> list[tuple[str, str, str]]:
    query = select(Promise.due_on, Promise.channel, Promise.status).order_by(Promise.made_at)
    return in_database(app, lambda: [(f"{due:%d}", channel, status) for due, channel, status in db.session.execute(query)])


def said(app: APIFlask) -> list[str]:
    return in_database(app, lambda: list(db.session.scalars(select(Message.text).order_by(Message.seq))))


def mails(app: APIFlask) -> list[str]:
    return in_database(app, lambda: list(db.session.scalars(select(Mail.text).where(Mail.recipient.like("%@example.com")))))


def test_each_list_has_its_own_and_says_how_many(app: APIFlask, bo: Browser) -> None:
    for ref, who, due_on in (
        ("A-1", "Late Lena", "2026-11-24"),
        ("A-2", "Now Nils", "2026-11-25"),
        ("A-3", "Soon Siv", "2026-11-29"),
        ("A-4", "Then Tor", "2026-11-30"),
    ):
        applied(app, ref, who, due_on)
    applied(app, "A-5", "Forgotten Folke")
    applied(app, "A-6", "Gone Gun", stage="rejected", stage_since="2026-11-20T10:00:00+01:00", history=[])
    shown = {"overdue": "Late Lena", "today": "Now Nils", "week": "Soon Siv", "none": "Forgotten Folke"}
    for view, name in shown.items():
        html = bo.get(f"/desk/promises?view={view}").text
        assert [n for n in (*shown.values(), "Then Tor", "Gone Gun") if n in html] == [name], view
    assert html.count('<b class="count">1</b>') == 4
    assert "1 day late" in bo.get("/desk/promises").text, "overdue ones come first"


def test_lists_are_mine_unless_everybodys_are_wanted(app: APIFlask, bo: Browser) -> None:
    applied(app, "A-1", "Eva Nord", "2026-11-24")
    applied(app, "A-2", "Folke Ek")
    other = signed_in(app, add_staff(app, "Ebba Sandström"))
    assert "Eva Nord" not in other.get("/desk/promises?view=overdue").text
    assert "Eva Nord" in other.get("/desk/promises?view=overdue&whose=all").text
    assert "Folke Ek" not in other.get("/desk/promises?view=none").text and "Folke Ek" in bo.get("/desk/promises?view=none").text


def test_one_click_promises_tells_the_candidate_and_replaces_what_was_promised(app: APIFlask, bo: Browser) -> None:
    id_ = applied(app, due_on="2026-11-26")
    conversation = conversation_of(app, id_)
    answer = bo.post("/desk/promises", {"application": id_, "promise": "phone:2026-11-27", "view": "week"}, headers=HTMX)
    assert answer.status_code == 200 and "told" in answer.text and "<html" not in answer.text
    assert promises(app) == [("26", "phone", "replaced"), ("27", "phone", "open")]
    assert said(app) == ["There is a new day: Bo Al will call you about your application for Operations engineer, by Friday 27 November."]
    assert len(mails(app)) == 1 and "Friday 27 November" in mails(app)[0]
    again = bo.post("/desk/promises", {"application": id_, "promise": "phone:2026-11-27", "conversation": conversation})
    assert again.status_code == 303 and again.location.endswith(f"/desk/conversations/{conversation}")
    assert len(said(app)) == 1 and len(mails(app)) == 1, "the same again is told to nobody"
    actions = in_database(app, lambda: list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("promise.%")))))
    assert actions == ["promise.made"]


def test_a_first_promise_is_said_in_the_chat_or_mailed_where_there_is_none(app: APIFlask, bo: Browser) -> None:
    talking, silent = applied(app, "A-1"), applied(app, "A-2", "Folke Ek")
    conversation_of(app, talking)
    for id_ in (talking, silent):
        answer = bo.post("/desk/promises", {"application": id_, "due_on": "2026-12-02", "channel": "email"})
        assert answer.status_code == 303
    assert said(app) == ["Bo Al will mail you about your application for Operations engineer, by Wednesday 2 December."]
    assert len(mails(app)) == 1 and "by Wednesday 2 December" in mails(app)[0]


def test_what_the_ats_had_promised_alike_becomes_ones_own_and_is_told_once(app: APIFlask, bo: Browser) -> None:
    talking, silent = applied(app, "A-1", due_on="2026-11-27"), applied(app, "A-2", "Folke Ek", due_on="2026-11-27")
    conversation_of(app, talking)
    for id_ in (talking, silent, talking, silent):
        bo.post("/desk/promises", {"application": id_, "promise": "phone:2026-11-27"})
    assert said(app) == ["Bo Al will call you about your application for Operations engineer, by Friday 27 November."]
    assert len(mails(app)) == 1 and "Bo Al will call you" in mails(app)[0], "who talks to nobody is mailed, as of a new promise"
    owed = in_database(app, lambda: list(db.session.execute(select(Promise.made_by, Promise.made_at).where(Promise.status == "open")).all()))
    assert owed == [("staff", NOW)] * 2, "made now: the last words of this talk do not keep it"


def test_a_new_day_for_an_overdue_promise_comes_with_an_apology_once(app: APIFlask, bo: Browser) -> None:
    id_ = applied(app, due_on="2026-11-23")
    conversation_of(app, id_)
    bo.post("/desk/promises", {"application": id_, "promise": "phone:2026-11-27"})
    assert said(app) == [
        "Bo Al was to be in touch by Monday 23 November about your application for Operations engineer and has not been. I am sorry that you have had to wait. "
        "There is a new day: Bo Al will call you about your application for Operations engineer, by Friday 27 November."
    ]
    bo.post("/desk/promises", {"application": id_, "promise": "phone:2026-11-26"})
    assert "sorry" not in said(app)[1]


def test_kept_in_time_late_and_taken_back(app: APIFlask, bo: Browser) -> None:
    applied(app, "A-1", due_on="2026-11-24")
    promise_id = in_database(app, lambda: db.session.scalar(select(Promise.id)))
    path = f"/desk/promises/{promise_id}"
    late = bo.post(f"{path}/kept", headers=HTMX)
    assert "but late" in late.text and promises(app)[0][2] == "broken"
    assert "open again" in bo.post(f"{path}/open", headers=HTMX).text and promises(app)[0][2] == "open"
    assert bo.post(f"{path}/kept", {"in_time": "yes", "view": "overdue", "whose": "all"}).location.startswith("/desk/promises?view=overdue&whose=all&undo=")
    assert promises(app)[0][2] == "kept"
    assert bo.post(f"{path}/kept").status_code == 409
    with clock.at(datetime(2026, 12, 9, tzinfo=UTC)):
        assert signed_in(app, in_database(app, lambda: db.session.scalar(select(Staff.id)))).post(f"{path}/open").status_code == 409


REFUSED: dict[str, tuple[dict[str, str], int]] = {
    "yesterday": ({"promise": "phone:2026-11-24"}, 422),
    "next year": ({"promise": "phone:2027-11-24"}, 422),
    "no day": ({"channel": "phone"}, 422),
    "not a day": ({"promise": "phone:soon"}, 422),
    "by pigeon": ({"promise": "pigeon:2026-11-27"}, 422),
    "nobody's": ({"application": "x", "promise": "phone:2026-11-27"}, 404),
}


def test_what_cannot_be_promised_is_refused_with_a_sentence(app: APIFlask, bo: Browser) -> None:
    id_ = applied(app)
    for name, (form, status) in REFUSED.items():
        assert bo.post("/desk/promises", {"application": id_} | form, headers=HTMX).status_code == status, name
    gone = applied(app, "A-9", "Gun Gran", stage="withdrawn", stage_since="2026-11-20T10:00:00+01:00", history=[])
    assert "has withdrawn" in bo.post("/desk/promises", {"application": gone, "promise": "phone:2026-11-27"}).text
    assert promises(app) == []


def test_the_card_offers_the_click_and_marks_as_kept(app: APIFlask, bo: Browser) -> None:
    conversation = conversation_of(app, applied(app))
    page = bo.get(f"/desk/conversations/{conversation}").text
    assert "I&#39;ll call by Friday" in page and 'value="phone:2026-11-27"' in page
    with app.app_context():
        id_ = db.session.scalar(select(Application.id))
    fresh = bo.post("/desk/promises", {"application": id_, "promise": "phone:2026-11-27", "conversation": conversation}, headers=HTMX).text
    assert "Bo Al by Fri 27 Nov, by phone" in fresh and ">Kept<" in fresh


def test_days_offered_are_working_days(app: APIFlask, bo: Browser) -> None:
    conversation = conversation_of(app, applied(app))
    with clock.at(datetime(2026, 12, 23, 9, 0, tzinfo=UTC)):  # Christmas Eve is a Thursday, Christmas Day a Friday, New Year's Day the next
        browser = signed_in(app, in_database(app, lambda: db.session.scalar(select(Staff.id))))
        page = browser.get(f"/desk/conversations/{conversation}").text
    assert "by tomorrow" not in page and "by Friday" not in page and 'value="phone:2026-12-30"' in page


def test_as_many_queries_for_many_rows_as_for_few(app: APIFlask, bo: Browser) -> None:
    many_asked: list[int] = []
    bo.get("/desk/promises")  # the first request of a session notes that it was used
    for many in (1, 12):
        for n in range(many):
            applied(app, f"A-{many}-{n}", f"Eva{many}{n} Nord", "2026-11-24")
        with counted(app) as statements:
            assert bo.get("/desk/promises?view=overdue").status_code == 200
        many_asked.append(len(statements))
    assert many_asked[0] == many_asked[1]


def test_measures_say_how_much_was_kept_and_how_long_candidates_heard_nothing(app: APIFlask, bo: Browser) -> None:
    steps = [{"stage": "received", "at": "2026-11-02T09:00:00+01:00"}, {"stage": "screening", "at": "2026-11-06T09:00:00+01:00"}]
    past = [
        {"who": "Bo Al", "due_on": day, "channel": "phone", "made_at": f"{day}T07:00:00Z", "status": status}
        for day, status in (("2026-11-03", "kept"), ("2026-11-10", "broken"))
    ]
    applied(
        app, "A-1", due_on="2026-11-24", past_promises=past, received_at="2026-11-02T09:00:00+01:00", stage_since="2026-11-06T09:00:00+01:00", history=steps
    )
    page = bo.get("/desk/promises/measures?days=30").text
    assert "1 of 3 that were due" in page and "33%" in page
    assert 'data-rate="100.0"' in page, "received: kept; screening: one broken, one overdue"
    assert 'data-rate="0.0"' in page
    assert "Bo Al" in page and "Operations engineer" in page and "Week of Mon 2 Nov" in page
    assert "<style" not in page and " style=" not in page and "<script>" not in page
    assert "30 days" in bo.get("/desk/promises/measures?days=7000").text


def test_measures_without_anything_to_measure(app: APIFlask, bo: Browser) -> None:
    page = bo.get("/desk/promises/measures")
    assert page.status_code == 200 and page.text.count("Nothing to measure") == 4
