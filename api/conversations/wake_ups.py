"""Wake-ups between processes, through Redis: a channel a conversation, so that each process hears only of those it follows."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import batched
from typing import Any

import redis

CHANNEL = "desk:conversations:"
AT_ONCE = 500  # channels in one command


def channel(name: str) -> str:
    """Where it is told that a conversation may have changed."""
    return CHANNEL + name


class Ear:
    """One process's connection to listen at; for one thread. Every method may raise `redis.RedisError`.

    `every`: the name under which all conversations are followed.
    """

    def __init__(self, url: str, every: str) -> None:
        self._pubsub: Any = redis.Redis.from_url(url, socket_timeout=30).pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._every, self._followed = every, set[str]()
        self._pubsub.subscribe(CHANNEL)  # nobody's: there is something to listen to from the beginning

    def follow(self, names: Iterable[str]) -> list[str]:
        """Listen to these, too. Those that are new: of what was told before, nothing was heard."""
        new = [name for name in names if name not in self._followed]
        self._followed.update(new)
        for some in batched((channel(name) for name in new if name != self._every), AT_ONCE):
            self._pubsub.subscribe(*some)
        if self._every in new:
            self._pubsub.psubscribe(channel("*"))
        return new

    def leave(self, names: Iterable[str]) -> None:
        """Listen to these no more."""
        old = [name for name in names if name in self._followed]
        self._followed.difference_update(old)
        for some in batched((channel(name) for name in old if name != self._every), AT_ONCE):
            self._pubsub.unsubscribe(*some)
        if self._every in old:
            self._pubsub.punsubscribe(channel("*"))

    def hear(self, seconds: float) -> str | None:
        """The next conversation that may have changed; None if there is none within the time, or sooner."""
        message = self._pubsub.get_message(timeout=seconds)
        told: str | None = message["channel"].decode().removeprefix(CHANNEL) if message else None
        return told

    def close(self) -> None:
        self._pubsub.close()
