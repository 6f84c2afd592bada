"""Signing in through the employer's own OpenID Connect provider (DESK_OIDC_…), by Authlib.

Discovery, authorization code with PKCE, state and nonce. Only who is on the desk already gets in: found by the
provider's subject, or, the first time, by a mail address that the provider says is verified; then the subject is kept.

What it is made with takes a quarter of a second to load, and is loaded only where a provider is configured (`register`).
"""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, current_app
from flask_babel import lazy_gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from api.accounts import sessions, staff
from api.accounts.models import Staff
from api.audit.service import record
from api.config import Settings
from api.db import db
from api.errors import DomainError, NotFound

log = structlog.get_logger()
SECONDS = 10
LEEWAY = 60  # that the provider's clock may differ
# Signed with the provider's own key only: "none" and the HMAC family are not even known here.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]


class OidcRefused(DomainError):
    """The provider did not say who it is, or who it is has no place on the desk."""

    type = "oidc-refused"
    status = 403
    sentence = lazy_gettext("Your company account opens nothing here. Ask an admin of the desk to invite you with the address of that account.")


class OidcUnavailable(DomainError):
    """The provider does not answer, or not as a provider does."""

    type = "oidc-unavailable"
    status = 503
    sentence = lazy_gettext("Your company's sign-in does not answer right now. Try again in a moment, or use your password.")


def enabled() -> bool:
    """Whether a provider is configured."""
    return bool(_settings().oidc_issuer)


def start() -> AnyResponse:
    """The redirect to the provider. Raises `OidcUnavailable`, and `NotFound` where none is configured."""
    client = _client()
    import requests
    from authlib.common.errors import AuthlibBaseError

    try:
        _trust_only_signatures(client.load_server_metadata())
        redirect: AnyResponse = client.authorize_redirect(f"{_settings().site}/desk/sign-in/oidc/callback")
    except (requests.RequestException, AuthlibBaseError, ValueError, KeyError, RuntimeError, TypeError) as error:
        log.error("oidc provider unusable", error=type(error).__name__)
        raise OidcUnavailable from None
    return redirect


def claims() -> dict[str, Any]:
    """What the provider says of whoever comes back from it, checked. Raises `OidcRefused` and `OidcUnavailable`."""
    client, issuer = _client(), _settings().oidc_issuer
    import requests
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError

    # Authlib by itself takes a token for another client, if it says that it was made for this one.
    audience = {"essential": True, "value": _settings().oidc_client_id}
    wanted = {"iss": {"essential": True, "values": _spellings(issuer)}, "aud": audience, "sub": {"essential": True}}
    try:
        _trust_only_signatures(client.load_server_metadata())
        token = client.authorize_access_token(claims_options=wanted, leeway=LEEWAY)
    except requests.RequestException as error:
        log.error("oidc provider unusable", error=type(error).__name__)
        raise OidcUnavailable from None
    except (AuthlibBaseError, JoseError, ValueError, KeyError, RuntimeError, TypeError) as error:
        log.warning("oidc sign-in refused", reason=type(error).__name__)
        raise OidcRefused(lazy_gettext("The sign-in at your company was not completed. Start it once more.")) from None
    found: dict[str, Any] = dict(token.get("userinfo") or {})
    if not isinstance(found.get("sub"), str) or not found["sub"]:
        raise OidcRefused
    return found


def sign_in(found: dict[str, Any], browser: str) -> str:
    """The token of a session for whoever the claims name. Raises `OidcRefused`."""
    subject = f"{found['iss'].rstrip('/')} {found['sub']}"
    person = _bound(subject) or _by_address(found, subject)
    return sessions.begin(person, "oidc", browser)


def _bound(subject: str) -> Staff | None:
    person = db.session.scalar(select(Staff).where(Staff.oidc_subject == subject).with_for_update())
    if person is not None and not person.active:
        raise OidcRefused
    return person


def _by_address(found: dict[str, Any], subject: str) -> Staff:
    """The person with the verified address, bound to the provider's subject from now on."""
    email = found.get("email")
    known = staff.with_email(email) if isinstance(email, str) and "\0" not in email and found.get("email_verified") is True else None
    if known is None or len(subject) > 500:
        raise OidcRefused
    person = staff.locked(known.id)
    if not person.active or person.oidc_subject is not None:  # another account of the provider's came first
        raise OidcRefused
    person.oidc_subject = subject
    record(staff.actor(person), "staff.oidc_bound", person)
    return person


def register(app: Flask) -> None:
    """Make the client, if a provider is configured; it is asked nothing before somebody signs in."""
    settings: Settings = app.config["SETTINGS"]
    if not settings.oidc_issuer:
        return
    from authlib.integrations.flask_client import OAuth

    oauth = OAuth(app)
    app.extensions["desk_oidc"] = oauth
    secret = settings.oidc_client_secret.get_secret_value()
    ways = {"scope": "openid email profile", "code_challenge_method": "S256", "default_timeout": SECONDS}
    oauth.register(
        "desk",
        client_id=settings.oidc_client_id,
        client_secret=secret or None,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs=ways if secret else ways | {"token_endpoint_auth_method": "none"},
    )


def _trust_only_signatures(metadata: dict[str, Any]) -> None:
    """Leave the provider's own list only what proves that it signed. Raises `ValueError` if it is another than configured."""
    if metadata.get("issuer") not in _spellings(_settings().oidc_issuer):
        raise ValueError
    offered = metadata.get("id_token_signing_alg_values_supported") or ALGORITHMS
    metadata["id_token_signing_alg_values_supported"] = [a for a in offered if a in ALGORITHMS]


def _client() -> Any:
    if not enabled():
        raise NotFound
    return current_app.extensions["desk_oidc"].create_client("desk")


def _spellings(issuer: str) -> list[str]:
    """Providers end their issuer with a slash or not; which one it is, is not worth a failed sign-in."""
    return [issuer.rstrip("/"), issuer.rstrip("/") + "/"]


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
