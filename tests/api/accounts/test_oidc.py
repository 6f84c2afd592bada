"""Signing in through the employer's provider: a real one, over real HTTP, with real signatures."""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx
import pytest
from apiflask import APIFlask
from joserfc.jwk import RSAKey
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.accounts.models import Staff, StaffSession
from api.audit.models import AuditEntry
from api.db import db
from tests.api.accounts import provider as oidc
from tests.api.conftest import MakeApp
from tests.api.staff import Browser, add_staff

os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "1")  # the provider of the tests has no certificate
EBBA = {"sub": "ebba-at-the-provider", "email": "Ebba@lumivik.example", "email_verified": True, "name": "Ebba"}


@pytest.fixture
def provider() -> Iterator[oidc.Provider]:
    with oidc.running() as found:
        yield found


@pytest.fixture
def app(make_app: MakeApp, provider: oidc.Provider) -> APIFlask:
    return make_app(oidc_issuer=provider.url, oidc_client_id=oidc.CLIENT, oidc_client_secret=oidc.CLIENT_SECRET)


def to_provider(browser: Browser, query: str = "") -> str:
    """Start; gives the address at the provider."""
    response = browser.get(f"/desk/sign-in/oidc{query}")
    assert response.status_code == 302, response.text
    return response.headers["Location"]


def back(address: str) -> str:
    """What the provider sends the browser back to."""
    answer = httpx.get(address, trust_env=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("http://desk.test")


def sign_in(browser: Browser, query: str = "") -> TestResponse:
    return browser.get(back(to_provider(browser, query)))


def test_known_staff_come_in_and_are_bound_to_the_subject(app: APIFlask, provider: oidc.Provider) -> None:
    ebba, browser = add_staff(app, language="sv"), Browser(app)
    provider.person = EBBA
    address = to_provider(browser, "?next=/desk/account")
    assert all(part in address for part in ("code_challenge_method=S256", "nonce=", "state=", "scope=openid"))
    response = browser.get(back(address))
    assert (response.status_code, response.headers["Location"]) == (303, "/desk/account")
    assert browser.get("/desk/account").status_code == 200
    with app.app_context():
        assert db.session.get_one(Staff, ebba).oidc_subject == f"{provider.url} {EBBA['sub']}"
        assert db.session.scalars(select(StaffSession.how)).all() == ["oidc"]
        assert "staff.oidc_bound" in set(db.session.scalars(select(AuditEntry.action)))
    # From now on the subject counts: the address may change, and nobody else comes in by the old one.
    provider.person = EBBA | {"email": "ebba.berg@lumivik.example", "email_verified": False}
    assert sign_in(Browser(app)).status_code == 303
    provider.person = EBBA | {"sub": "somebody-else"}
    assert sign_in(Browser(app)).status_code == 403
    # Keys change at the provider's will.
    provider.key, provider.person = RSAKey.generate_key(2048, parameters={"kid": "second", "use": "sig"}), EBBA
    assert sign_in(Browser(app)).status_code == 303


def test_only_verified_addresses_of_active_staff_open_anything(app: APIFlask, provider: oidc.Provider) -> None:
    add_staff(app, active=False, name="Gone")
    add_staff(app)
    strangers = [
        EBBA | {"email_verified": False},
        {k: v for k, v in EBBA.items() if k != "email_verified"},
        EBBA | {"email_verified": "true"},
        EBBA | {"email": "stranger@lumivik.example"},
        EBBA | {"email": "gone@lumivik.example"},
        {"sub": "no address"},
    ]
    for person in strangers:
        provider.person = person
        response = sign_in(Browser(app))
        assert response.status_code == 403 and "invite you" in response.text, person
    with app.app_context():
        assert db.session.scalars(select(StaffSession)).all() == []
        assert db.session.scalars(select(Staff.oidc_subject)).all() == [None, None]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # all is refused before any database is asked
@pytest.mark.filterwarnings("ignore:JWS algorithm:joserfc.errors.SecurityWarning")
def test_tokens_that_prove_nothing_are_refused(app: APIFlask, provider: oidc.Provider) -> None:
    add_staff(app)
    provider.person = EBBA
    lies = [
        {"nonce": "of another sign-in"},
        {"aud": ["another-client"]},
        {"aud": ["another-client"], "azp": oidc.CLIENT},
        {"iss": "https://elsewhere.example"},
        {"exp": 1_700_000_000},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"sub": ""},
    ]
    for provider.says in lies:
        assert sign_in(Browser(app)).status_code == 403, provider.says
    provider.says = {}
    provider.signs_with = RSAKey.generate_key(2048, parameters={"kid": "first"})
    assert sign_in(Browser(app)).status_code == 403
    provider.signs_with, provider.algorithm, provider.metadata = None, "none", {"id_token_signing_alg_values_supported": ["none", "RS256"]}
    assert sign_in(Browser(app)).status_code == 403
    provider.algorithm = "RS256"
    assert sign_in(Browser(app)).status_code == 303


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_sign_in_begun_elsewhere_cannot_be_finished(app: APIFlask, provider: oidc.Provider) -> None:
    add_staff(app)
    provider.person = EBBA
    address = back(to_provider(Browser(app)))
    victim = Browser(app)
    assert victim.get(address).status_code == 403  # its state is not this browser's
    own = Browser(app)
    finished = back(to_provider(own))
    assert own.get(finished).status_code == 303
    assert own.get(finished).status_code == 403  # once only
    assert Browser(app).get("/desk/sign-in/oidc/callback").status_code == 403
    response = Browser(app).get("/desk/sign-in/oidc/callback?error=access_denied&state=x")
    assert response.status_code == 403 and "Start it once more" in response.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_provider_that_is_down_or_another_is_said_so(make_app: MakeApp, provider: oidc.Provider) -> None:
    app = make_app(oidc_issuer="http://127.0.0.1:1", oidc_client_id=oidc.CLIENT)
    response = Browser(app).get("/desk/sign-in/oidc")
    assert response.status_code == 503 and "use your password" in response.text
    provider.metadata = {"issuer": "https://elsewhere.example"}
    other = make_app(oidc_issuer=provider.url, oidc_client_id=oidc.CLIENT, oidc_client_secret=oidc.CLIENT_SECRET)
    provider.person = EBBA
    assert Browser(other).get("/desk/sign-in/oidc").status_code == 503
    none = make_app()
    assert Browser(none).get("/desk/sign-in/oidc").status_code == 404
    assert "company account" not in Browser(none).get("/desk/sign-in").text
