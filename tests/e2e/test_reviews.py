"""The studio's inbox in a browser: a row of misunderstood questions labelled without touching the mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from api.accounts import sessions
from api.accounts.models import Staff
from api.app import create_app
from api.config import load_settings
from api.db import db
from api.examples.models import Example, LockedMessage
from api.migrations.run import upgrade
from api.reviews import sweep, tasks
from api.reviews.models import Review
from tests.api.reviews.talks import misunderstood
from tests.api.serving import served
from tests.api.staff import add_staff, signed_in
from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.desk_page import desk_context
from tests.e2e.test_pages import faults

GROUPS = (("får jag ta med hund", "hund på jobbet", "är hundar tillåtna"), ("vad pröjsar ni", "hur är liksen"), ("finns gym", "gym?"), ("asdf",))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[APIFlask]:
    found = create_app(load_settings(env="demo", var=tmp_path_factory.mktemp("reviews"), database_url="", redis_url="", rate_limit="off", log_level="ERROR"))
    with found.app_context():
        upgrade()
        misunderstood(*[text for texts in GROUPS for text in texts])
        sweep.run()
        ids = {review.text: review.id for review in db.session.scalars(select(Review))}
        db.session.rollback()
        tasks.regroup([[ids[text] for text in texts] for texts in GROUPS])
    ebba = add_staff(found, "Ebba Sandström", access="admin", language="en", notify={"desktop": False, "sound": False})
    assert signed_in(found, ebba).get("/studio/").status_code == 200  # the first one reads the repository's data
    yield found
    with found.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def url(app: APIFlask) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture(params=["desktop light", "phone dark"])
def page(request: pytest.FixtureRequest, app: APIFlask, url: str, browser: Browser) -> Iterator[Page]:
    with app.app_context():
        token = sessions.begin(db.session.scalars(select(Staff)).one(), "password", "a test")
        db.session.commit()
    size, scheme = request.param.split()
    context = desk_context(browser, url, token, viewport=DESKTOP if size == "desktop" else PHONE, color_scheme=scheme)
    yield context.new_page()
    context.close()


def taught(app: APIFlask) -> dict[str, str | None]:
    with app.app_context():
        rows = [*db.session.scalars(select(Example)), *db.session.scalars(select(LockedMessage))]
        return {row.text: row.intent for row in rows}


@pytest.mark.parametrize("page", ["phone dark", "desktop light"], indirect=True)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(page: Page, url: str, tmp_path: Path) -> None:
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.goto(f"{url}/studio/")
    if page.viewport_size == PHONE:
        page.locator("#groups .row").first.click()
    expect(page.locator("#review-name")).to_be_visible()
    page.locator(".wordings summary").first.click()
    expect(page.locator(".talk-around").first).to_contain_text("Menade du det här?")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{url}/studio/reviews/history")
    assert faults(page) == [] and refused == []


@pytest.mark.parametrize("page", ["desktop light"], indirect=True)
def test_groups_are_labelled_by_keyboard_alone(page: Page, url: str, app: APIFlask) -> None:
    page.goto(f"{url}/studio/")
    name, done, keys = page.locator("#review-name"), page.locator("#done"), page.keyboard
    first = name.text_content()
    expect(page.locator('#groups [aria-current="true"]')).to_contain_text(first or "")
    keys.press("j")
    expect(name).not_to_have_text(first or "")
    keys.press("k")
    expect(name).to_have_text(first or "")
    keys.press("m")
    keys.press("Space")
    expect(page.locator("input[name=review]:checked")).to_have_count(2)
    keys.press("Space")
    keys.press("i")
    keys.type("accom")
    expect(page.get_by_role("option", selected=True)).to_be_visible()
    keys.press("Enter")
    expect(done).to_contain_text("3 messages now mean")
    assert taught(app) == dict.fromkeys(GROUPS[0], "ask_accommodation")
    expect(page.locator("#groups .row")).to_have_count(3)
    keys.press("u")
    expect(done).to_contain_text("Taken back")
    assert taught(app) == {}
    expect(name).to_be_focused()
    keys.press("a")
    expect(done).to_contain_text("3 messages now mean")
    keys.press("o")
    expect(done).to_contain_text("Out of scope")
    keys.press("x")
    expect(done).to_contain_text("ignored")
    keys.press("Escape")
    keys.press("x")
    expect(page.get_by_text("All done here")).to_be_visible()
    assert set(taught(app).values()) == {"ask_salary", "out_of_scope"}
