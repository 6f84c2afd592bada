"""A promise goes overdue: the candidate is told in the chat, once, and hears of the new day; the plots are drawn without breaking the policy."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from api import clock, jobs
from api.db import db
from api.outbox.models import Mail
from api.roles.models import Application, Promise
from api.roles.queries import local_now
from tests.api.candidates.people import verify
from tests.e2e.desk_gateway import Gateway, Opens
from tests.e2e.widget import Widget

ELIN = "elin.bergqvist@example.com"
MISSED = "I am sorry that you have had to wait"


def make_overdue(desk: Gateway) -> None:
    """Elin's promise was for yesterday."""
    with desk.app.app_context():
        query = select(Promise).join(Application, Application.id == Promise.application_id).where(Application.ref == "A-1001", Promise.status == "open")
        db.session.scalars(query).one().due_on = local_now("stockholm").date() - timedelta(days=1)
        db.session.commit()


def sweep(desk: Gateway) -> None:
    """As the worker does, on a working day at noon, twice."""
    noon = datetime.now(UTC).replace(hour=11, minute=0) + timedelta(days=1)
    noon += timedelta(days=max(0, 7 - noon.weekday()) if noon.weekday() > 4 else 0)
    with clock.at(noon), desk.app.app_context():
        jobs.run_now("promises.sweep")
        jobs.run_now("promises.sweep")


def mails(desk: Gateway) -> list[str]:
    with desk.app.app_context():
        return list(db.session.scalars(select(Mail.text).where(Mail.recipient == ELIN)))


def test_a_candidate_is_told_once_before_asking_and_hears_of_the_new_day(gateway: Gateway, opens: Opens, chat: Widget) -> None:
    chat.say("Hello")
    chat.sees("Echo: Hello")
    verify(gateway.app, gateway.only().id, ELIN)
    make_overdue(gateway)
    sweep(gateway)
    chat.sees(MISSED)
    expect(chat.log.get_by_text(MISSED)).to_have_count(1)
    assert len(mails(gateway)) == 1
    ebba = opens(path="/desk/promises")
    row = ebba.page.locator("#application-A-1001")
    expect(row).to_contain_text("The candidate has had an apology")
    expect(ebba.page.locator("nav [data-count=promises]")).to_be_visible()
    row.get_by_role("button", name=re.compile("New day")).click()
    row.get_by_role("button", name="I'll call by the end of next week").click()
    expect(ebba.page.get_by_role("status").filter(has_text="Promised")).to_be_visible()
    expect(row).to_have_count(0)
    chat.sees("There is a new day: Ebba Sandström will call you")
    expect(chat.log.get_by_text(MISSED)).to_have_count(1)
    assert len(mails(gateway)) == 2


def test_plots_are_drawn_from_the_tables(gateway: Gateway, opens: Opens) -> None:
    page = opens(path="/desk/promises/measures?days=365").page
    expect(page.locator(".plots canvas")).to_have_count(7)
    assert page.locator(".plots").first.get_attribute("aria-hidden") == "true"
    assert page.locator("table").count() == 4
