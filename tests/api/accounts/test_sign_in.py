"""Signing in with a password: what is said, what is kept, what is counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import select, update

from api import clock
from api.accounts import passwords, sessions, signing_in
from api.accounts.access import still_signed_in
from api.accounts.models import Staff, StaffSession
from api.accounts.passwords import PasswordTooWeak, hasher
from api.audit.models import AuditEntry
from api.db import db
from api.limits import limiter
from tests.api.conftest import MakeApp
from tests.api.staff import Browser, add_staff, signed_in

PASSWORD = "fjord lantern seventeen plums"
EMAIL = "ebba@lumivik.example"
MORNING = datetime(2026, 11, 25, 8, tzinfo=UTC)
REFUSED = "open anything"


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hasher.hash(PASSWORD)


@pytest.fixture
def ebba(app: APIFlask, password_hash: str) -> str:
    return add_staff(app, password_hash=password_hash, language="en")


def enter(browser: Browser, password: str = PASSWORD, email: str = EMAIL, **fields: str) -> tuple[int, str]:
    response = browser.post("/desk/sign-in", {"email": email, "password": password} | fields)
    return response.status_code, response.headers.get("Location") or response.text


def kept(app: APIFlask, staff_id: str) -> Staff:
    with app.app_context():
        return db.session.get_one(Staff, staff_id)


def test_the_right_password_opens_the_page_that_was_asked_for(app: APIFlask, ebba: str) -> None:
    browser = Browser(app)
    before = browser.token()
    asked = browser.get("/desk/account?x=1")
    page = browser.get(asked.headers["Location"])
    assert page.status_code == 200 and 'value="/desk/account?x=1"' in page.text
    response = browser.post("/desk/sign-in", {"email": f" {EMAIL.upper()} ", "password": PASSWORD, "next": "/desk/account?x=1"})
    assert (response.status_code, response.headers["Location"]) == (303, "/desk/account?x=1")
    cookie = next(c for c in response.headers.getlist("Set-Cookie") if c.startswith("desk_session="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    account = browser.get("/desk/account")
    assert account.status_code == 200 and account.headers["Cache-Control"] == "no-store"
    assert browser.post("/desk/account/sessions/end-others", csrf=False, headers={"X-CSRFToken": before}).status_code == 400  # a token of before the sign-in
    with app.app_context():
        session = db.session.scalars(select(StaffSession)).one()
        assert session.token_hash not in cookie and session.how == "password"
        assert {"staff.sign_in_tried", "staff.signed_in"} <= set(db.session.scalars(select(AuditEntry.action)))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_each_sign_in_gives_another_session_and_https_a_secure_cookie(make_app: MakeApp, password_hash: str) -> None:
    app = make_app(public_url="https://desk.test")
    add_staff(app, password_hash=password_hash)
    browser, cookies = Browser(app), []
    browser.client.set_cookie("desk_session", "chosen by somebody else")
    for _ in range(2):
        response = browser.post("/desk/sign-in", {"email": EMAIL, "password": PASSWORD}, headers={"Referer": "https://desk.test/desk/sign-in"})
        cookies.append(next(c for c in response.headers.getlist("Set-Cookie") if c.startswith("desk_session=")))
    assert cookies[0].split(";")[0] != cookies[1].split(";")[0] and all("Secure" in c for c in cookies)


def test_nothing_tells_which_addresses_are_known(app: APIFlask, ebba: str) -> None:
    add_staff(app, name="Gone Away", active=False, password_hash=kept(app, ebba).password_hash)
    add_staff(app, name="Only Oidc")
    cases = [(EMAIL, "wrong"), ("nobody@lumivik.example", PASSWORD), ("gone@lumivik.example", PASSWORD), ("only@lumivik.example", ""), ("\0", "\0")]
    said = {enter(Browser(app), password, email)[0] for email, password in cases}
    texts = {enter(Browser(app), password, email)[1].replace(email, "").split("<form")[0] for email, password in cases[:3]}
    assert said == {422} and len(texts) == 1 and REFUSED in texts.pop()
    with app.app_context():
        data = [(e.subject_id, e.data) for e in db.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == "unknown"))]
        assert data and "nobody@" not in str(data)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_unknown_address_is_compared_as_long(app: APIFlask, ebba: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    monkeypatch.setattr(passwords, "_verified", lambda kept, password: compared.append(kept) or False)
    for email in (EMAIL, "nobody@lumivik.example"):
        enter(Browser(app), email=email)
    assert len(compared) == 2 and all(kept.startswith("$argon2id$") for kept in compared)


def test_an_account_rests_ever_longer_after_wrong_passwords(app: APIFlask, ebba: str) -> None:
    browser, now = Browser(app), MORNING
    with clock.at(now):
        for _ in range(signing_in.FREE_TRIES):
            assert REFUSED in enter(browser, "wrong")[1]
        assert REFUSED in enter(browser)[1]  # even the right one
    assert kept(app, ebba).failed_sign_ins == signing_in.FREE_TRIES  # what comes while it rests is not counted
    now += signing_in.wait_after(signing_in.FREE_TRIES)
    with clock.at(now):
        assert REFUSED in enter(browser, "wrong")[1]
    with clock.at(now + signing_in.FIRST_WAIT):
        assert REFUSED in enter(browser)[1]  # twice as long now
    with clock.at(now + 2 * signing_in.FIRST_WAIT):
        assert enter(browser) == (303, "/desk/")
    assert (kept(app, ebba).failed_sign_ins, kept(app, ebba).locked_until) == (0, None)


def test_many_tries_at_once_are_no_way_around(app: APIFlask, ebba: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str | None] = []
    monkeypatch.setattr(passwords, "matches", lambda kept, password: compared.append(kept) or False)

    def attempt(_: int) -> None:
        with app.app_context(), pytest.raises(signing_in.SignInRefused):
            signing_in.with_password(EMAIL, "wrong", "")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, range(16)))
    assert sum(k is not None for k in compared) == kept(app, ebba).failed_sign_ins == signing_in.FREE_TRIES


def test_the_wait_grows_to_a_limit() -> None:
    waits = [signing_in.wait_after(n) for n in range(40)]
    assert waits[4] == timedelta(0) and waits[5:8] == [timedelta(seconds=s) for s in (30, 60, 120)]
    assert waits == sorted(waits) and waits[-1] == signing_in.LONGEST_WAIT


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no database is asked for a limit
def test_one_address_tries_ten_times_a_minute(make_app: MakeApp, client: FlaskClient) -> None:
    app = make_app(rate_limit="on")
    with app.app_context():
        limiter.reset()
    try:
        browser = Browser(app)
        statuses = [enter(browser, email=f"{n}@lumivik.example")[0] for n in range(11)]
        assert statuses == [422] * 10 + [429]
        response = browser.post("/desk/sign-in", {"email": EMAIL, "password": PASSWORD})
        assert response.mimetype == "text/html" and int(response.headers["Retry-After"]) > 0
    finally:
        with app.app_context():
            limiter.reset()
        limiter.enabled = False


def test_a_hash_is_renewed_when_the_way_of_hashing_changes(app: APIFlask) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    ebba = add_staff(app, password_hash=old)
    assert enter(Browser(app))[0] == 303
    renewed = kept(app, ebba).password_hash
    assert renewed and renewed != old and not hasher.check_needs_rehash(renewed)
    assert enter(Browser(app))[0] == 303 and kept(app, ebba).password_hash == renewed


def test_a_session_ends_when_idle_and_in_any_case_after_a_week(app: APIFlask, ebba: str) -> None:
    with clock.at(MORNING):
        idle, busy = signed_in(app, ebba), signed_in(app, ebba)
    now = MORNING
    while (now := now + sessions.IDLE - timedelta(minutes=1)) < MORNING + sessions.ABSOLUTE:
        with clock.at(now):
            assert busy.get("/desk/account").status_code == 200
    with clock.at(MORNING + sessions.IDLE + timedelta(seconds=1)):
        assert idle.get("/desk/account").status_code == 302
    with clock.at(MORNING + sessions.ABSOLUTE + timedelta(seconds=1)):
        assert busy.get("/desk/account").status_code == 302


def test_use_is_noted_once_a_minute(app: APIFlask, ebba: str) -> None:
    with clock.at(MORNING):
        browser = signed_in(app, ebba)
        browser.get("/desk/account")
        assert kept(app, ebba).seen_at == MORNING
    with clock.at(MORNING + timedelta(seconds=50)):
        browser.get("/desk/account")
        assert kept(app, ebba).seen_at == MORNING
    with clock.at(MORNING + timedelta(seconds=70)):
        browser.get("/desk/account")
        assert kept(app, ebba).seen_at == MORNING + timedelta(seconds=70)


def test_a_stream_can_ask_whether_its_session_goes_on(app: APIFlask, ebba: str) -> None:
    browser = signed_in(app, ebba)
    with app.app_context():
        session = db.session.scalars(select(StaffSession)).one().id
        db.session.rollback()
        assert still_signed_in(session) and not still_signed_in("another")
        assert not db.session.in_transaction()
        browser.post("/desk/sign-out")
        assert not still_signed_in(session)


def test_signing_out_ends_the_session_itself(app: APIFlask, ebba: str) -> None:
    browser = Browser(app)
    enter(browser)
    token = browser.client.get_cookie("desk_session")
    assert token is not None
    assert browser.post("/desk/sign-out").headers["Location"] == "/desk/sign-in"
    assert browser.client.get_cookie("desk_session") is None
    browser.client.set_cookie("desk_session", token.value)
    assert browser.get("/desk/account").status_code == 302


@pytest.mark.parametrize(
    "password",
    ["short", "password1234", "qwertyuiop12", "aaaaaaaaaaaaaaaa", "ebba@lumivik.example", "Ebba Sandström", "x" * 300, "correct horse\0battery staple"],
)
def test_passwords_that_are_too_weak(password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        passwords.check(password, EMAIL, "Ebba Sandström")


@pytest.mark.parametrize("password", [PASSWORD, "å" * 3 + "ö7 Nattsländor på berget", "c2Vj-cmV0_MTIz.NDU2Nzg5", "lång mening " * 10])
def test_passwords_that_will_do(password: str) -> None:
    passwords.check(password, EMAIL, "Ebba Sandström")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_kept_hash_that_is_none_never_matches(app: APIFlask, ebba: str) -> None:
    with app.app_context():
        db.session.execute(update(Staff).values(password_hash="no hash at all"))
        db.session.commit()
    assert enter(Browser(app))[0] == 422
