"""The careers site's identity tokens: JWTs that one of its keys has signed for this desk.

A module of its own because the libraries for it take a tenth of a second to load, and most desks see no such token.
"""

from __future__ import annotations

import json
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import current_app
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey
from joserfc.jwt import JWTClaimsRegistry

from api import clock
from api.candidates.identity import IdentityRefused
from api.config import ROOT

log = structlog.get_logger()
Key = RSAKey | ECKey | OKPKey
# Public keys only. "none" and the HMAC family, whose "key" could be a public one, are not even known here.
KEY_TYPES = {"RS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
SMALLEST_RSA = 2048
LONGEST_LIFE = timedelta(hours=24)
LEEWAY = 30  # seconds that two clocks may differ
# RFC 9864 renames EdDSA to Ed25519; the old name is what sites send today, and it is as safe.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)


def claims_of(token: str) -> dict[str, Any]:
    """What a JWT says, if a key of the careers site signed it for us and it is in force. Raises `IdentityRefused`."""
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
