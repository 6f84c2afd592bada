"""Passwords: which are good enough, how they are kept (argon2id), how one is compared.

Hashing costs a good part of a tenth of a second and 64 MB on purpose, so it is done outside any transaction, and beside
the event loop where there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext
from gevent import get_hub, monkey

from api.errors import Invalid
from api.fields import UNSTORABLE

SHORTEST, LONGEST = 12, 200
GOOD_ENOUGH = 3  # of 4: more than a hundred million guesses
LOOKED_AT = 72  # characters that the estimate takes; what stands after them only helps
hasher = PasswordHasher()


@cache
def nobodys() -> str:
    """Compared where there is no hash, so that an address nobody has takes as long as one that somebody has."""
    return hasher.hash("nobody has this password")


class PasswordTooWeak(Invalid):
    """A new password that is too short, too common or easily guessed."""

    type = "password-too-weak"
    sentence = lazy_gettext("Take a password of at least 12 characters.")


def hashed(password: str, *about: str) -> str:
    """The hash to keep for a new password. `about`: words that others know of the person. Raises `PasswordTooWeak`."""
    check(password, *about)
    return _beside(lambda: hasher.hash(password))


def check(password: str, *about: str) -> None:
    """Raise `PasswordTooWeak` for a password that is short, long beyond reason, common, or made of `about`."""
    if len(password) < SHORTEST:
        raise PasswordTooWeak
    if len(password) > LONGEST or UNSTORABLE.search(password):
        raise PasswordTooWeak(lazy_gettext("Take a password of at most 200 ordinary characters."))
    from zxcvbn import zxcvbn  # its lists of common words take a tenth of a second: not at each start

    words = [part for text in about for part in (text, *text.replace("@", " ").replace(".", " ").split()) if part]
    if _beside(lambda: zxcvbn(password[:LOOKED_AT], user_inputs=words)["score"]) < GOOD_ENOUGH:
        raise PasswordTooWeak(lazy_gettext("That password is common or easily guessed. Take some words that don't belong together."))


def matches(kept: str | None, password: str) -> bool:
    """Whether `password` is the one behind the hash; no hash takes just as long, and is never right."""
    fits = _beside(lambda: _verified(kept or nobodys(), password))
    return fits and kept is not None


def renewed(kept: str, password: str) -> str:
    """The hash to keep from now on: a new one if the way of hashing has changed since."""
    return _beside(lambda: hasher.hash(password)) if hasher.check_needs_rehash(kept) else kept


def _verified(kept: str, password: str) -> bool:
    try:
        return hasher.verify(kept, password[: LONGEST + 1].encode(errors="replace"))
    except (VerificationError, InvalidHashError):
        return False


def _beside[T](work: Callable[[], T]) -> T:
    """Do the work in a thread of its own where greenlets share one, so that everybody else goes on meanwhile."""
    if monkey.is_module_patched("threading"):
        done: T = get_hub().threadpool.apply(work)
        return done
    return work()
