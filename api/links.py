"""Signed links in mails: who holds one may do the one thing it is for, until it runs out."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from api import clock
from api.errors import DomainError


class LinkUnusable(DomainError):
    """A link that nobody signed, that was changed, or that has run out."""

    type = "link-unusable"
    status = 410
    sentence = lazy_gettext("This link does not work any more. Ask for a new one in the chat.")


class _Signer(TimestampSigner):
    """Stamps by the gateway's own clock."""

    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    options = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"link.{purpose}", signer=_Signer, signer_kwargs=options)


def sign(purpose: str, data: Any) -> str:
    """A token for one purpose, safe in an address. `data` is readable by whoever holds it: ids, no addresses."""
    return str(_serializer(purpose).dumps(data))


def read(purpose: str, token: str, lifetime: timedelta | None = None) -> Any:
    """What was signed for this very purpose, at most `lifetime` ago. Raises `LinkUnusable`."""
    try:
        return _serializer(purpose).loads(token, max_age=int(lifetime.total_seconds()) if lifetime else None)
    except (BadData, ValueError, RecursionError):
        raise LinkUnusable from None
