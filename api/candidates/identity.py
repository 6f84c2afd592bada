"""Proving who one is without a code: an identity token of the careers site, or a link in a mail of the ATS."""

from __future__ import annotations

import hashlib
import hmac
import json
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import current_app
from flask_babel import lazy_gettext
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey
from joserfc.jwt import JWTClaimsRegistry
from sqlalchemy import select

from api import clock, links
from api.audit.service import Actor, record
from api.candidates import service
from api.candidates.models import Candidate
from api.config import LANGUAGES, ROOT
from api.conversations.models import Conversation
from api.db import db
from api.errors import DomainError, Invalid, NotFound
from api.fields import UNSTORABLE
from api.roles.models import Application

log = structlog.get_logger()
Key = RSAKey | ECKey | OKPKey
# Public keys only. "none" and the HMAC family, whose "key" could be a public one, are not even known here.
KEY_TYPES = {"RS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
SMALLEST_RSA = 2048
LONGEST_LIFE = timedelta(hours=24)
LEEWAY = 30  # seconds that two clocks may differ
LINK, LINK_LIFE = "application", timedelta(days=30)
# RFC 9864 renames EdDSA to Ed25519; the old name is what sites send today, and it is as safe.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)


class IdentityRefused(Invalid):
    """The token proves nothing: not signed by a known key, not for us, out of date, or changed."""

    type = "identity-refused"
    sentence = lazy_gettext("That link or sign-in does not tell us who you are any more. You can show it with a code by mail instead.")


def verify_with_token(conversation: Conversation, token: str) -> None:
    """Make the conversation the candidate's whom the token names: our own link, or the careers site's JWT.

    Raises `IdentityRefused`. A candidate who is not known yet is added with what the JWT says.
    """
    candidate, how = _of_link(token), "link"
    if candidate is None:
        candidate, how = _of_claims(_claims(token)), "identity"
    service.mark_verified(conversation, candidate.id, how, clock.now())


def make_link(ref: str, actor: Actor) -> str:
    """The link for the application with this reference, for `actor` to mail. Raises `NotFound`."""
    application = db.session.scalar(select(Application).where(Application.ref == ref))
    if application is None:
        raise NotFound
    record(actor, "application.link_made", application)
    return link_for(application)


def link_for(application: Application) -> str:
    """A link for a mail to this application's candidate: it opens the chat as them, for 30 days.

    It dies when the candidate's address is corrected, because it may have gone to somebody else.
    """
    token = links.sign(LINK, [application.id, address_mark(application.candidate.email)])
    return f"{current_app.config['SETTINGS'].site}/chat#identity={token}"


def address_mark(email: str) -> str:
    """What stands in a link for the address that it was mailed to."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"address:{email}".encode(), hashlib.sha256).hexdigest()[:16]


def _of_link(token: str) -> Candidate | None:
    """Whom one of our links is for; None if it is not one of ours. Raises `IdentityRefused` if its time is over."""
    try:
        id_, mark = links.read(LINK, token, LINK_LIFE)
    except links.LinkUnusable:
        return None
    application = db.session.get(Application, id_)
    if application is None or not hmac.compare_digest(mark, address_mark(application.candidate.email)):
        raise IdentityRefused
    return application.candidate


def _claims(token: str) -> dict[str, Any]:
    """What a JWT says, if a key of the careers site signed it for us and it is in force."""
    settings = current_app.config["SETTINGS"]
    now = int(clock.now().timestamp())
    wanted: dict[str, Any] = {name: {"essential": True} for name in ("exp", "email")}
    wanted["aud"] = {"essential": True, "value": settings.identity_audience}
    if settings.identity_issuer:
        wanted["iss"] = {"essential": True, "value": settings.identity_issuer}
    try:
        claims = jwt.decode(token, _key_for, algorithms=list(KEY_TYPES)).claims
        JWTClaimsRegistry(now=now, leeway=LEEWAY, **wanted).validate(claims)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        log.info("identity token refused", reason=type(error).__name__)
        raise IdentityRefused from None
    life = claims["exp"] - min(now, claims.get("iat", now))
    if life > LONGEST_LIFE.total_seconds() + LEEWAY or claims.get("email_verified") is False:
        raise IdentityRefused
    return claims


def _of_claims(claims: dict[str, Any]) -> Candidate:
    email, name, language = claims["email"], claims.get("name"), claims.get("language")
    try:
        known = service.address(email if isinstance(email, str) else "")
    except DomainError:
        raise IdentityRefused from None
    fits = isinstance(name, str) and not UNSTORABLE.search(name)
    return service.find_or_add_candidate(known, str(name)[:200] if fits else "", language if language in LANGUAGES else None)


def _key_for(token: Any) -> Key:
    """The key that the token's header names, if it fits the algorithm. Without a name there must be but one that fits."""
    header = token.headers()
    kind, kid = KEY_TYPES.get(header.get("alg")), header.get("kid")
    fitting = [k for k in _keys() if k.key_type == kind and k.get("alg") in (None, header["alg"]) and k.get("use") in (None, "sig")]
    named = [k for k in fitting if k.get("kid") == kid] if kid is not None else fitting
    if len(named) != 1:
        raise InvalidKeyIdError
    return named[0]


_read: dict[str, tuple[Any, list[Key]]] = {}


def _keys() -> list[Key]:
    """The careers site's keys now in force. A file is read again when it has changed; a broken one leaves the old keys."""
    source = current_app.config["SETTINGS"].identity_keys.strip()
    if not source:
        return []
    stamp, known = _read.get(source, (None, []))
    try:
        new = _stamp(source)
        if new != stamp:
            known = _parse(source if source.startswith("{") else (ROOT / source).read_text())
            _read[source] = (new, known)
    except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
        log.error("identity keys cannot be read", error=type(error).__name__)
    return known


def _stamp(source: str) -> Any:
    """What changes when the file does. A path that is absolute stays so."""
    if source.startswith("{"):
        return "inline"
    status = Path(ROOT / source).stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _parse(text: str) -> list[Key]:
    """The usable keys of a JWKS. Raises `ValueError` and the like for what is none."""
    found = [JWKRegistry.import_key(data) for data in json.loads(text)["keys"] if data.get("kty") in KEY_TYPES.values()]
    return [k for k in found if not isinstance(k, RSAKey) or k.public_key.key_size >= SMALLEST_RSA]  # type: ignore[misc]
