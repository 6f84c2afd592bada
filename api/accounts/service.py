"""Keys of ATSs: made, checked, ended. The key itself is shown once and not kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select

from api import clock
from api.accounts.models import ApiKey
from api.audit.service import Actor, record
from api.db import db
from api.errors import NotFound

NOTE_USE_EVERY = timedelta(minutes=5)


def add_key(name: str, actor: Actor) -> tuple[ApiKey, str]:
    """A new key and its secret, which nobody can read again."""
    secret = f"desk_{secrets.token_urlsafe(32)}"
    key = ApiKey(name=name, prefix=secret[:12], key_hash=_hash(secret))
    db.session.add(key)
    db.session.flush()
    record(actor, "key.added", key)
    return key, secret


def key_for(secret: str) -> ApiKey | None:
    """The key in force with this secret; notes that it was used."""
    key = db.session.scalar(select(ApiKey).where(ApiKey.key_hash == _hash(secret), ApiKey.revoked_at.is_(None)))
    if key is not None and (key.last_used_at is None or key.last_used_at < clock.now() - NOTE_USE_EVERY):
        key.last_used_at = clock.now()
    return key


def all_keys() -> list[ApiKey]:
    """Every key, oldest first."""
    return list(db.session.scalars(select(ApiKey).order_by(ApiKey.created_at)))


def end_key(prefix: str, actor: Actor) -> ApiKey:
    """End the one key in force that begins with `prefix`. Raises `NotFound` for none and for several."""
    found = [k for k in all_keys() if k.revoked_at is None and k.prefix.startswith(prefix)]
    if len(found) != 1:
        raise NotFound
    found[0].revoked_at = clock.now()
    record(actor, "key.ended", found[0])
    return found[0]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
