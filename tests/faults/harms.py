"""The faults: each is done to a running stand while candidates write, and says how often it struck."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.stand import Kind, Stand

Harm = Callable[[Stand], int]


@dataclass(frozen=True)
class Fault:
    """`harm` returns how many faults it has injected; `needs`: what the stand must stand on for it to make sense."""

    name: str
    harm: Harm
    needs: Callable[[Kind], bool] = lambda kind: True
    short: bool = False  # among those that CI tries


def crash(function: str, when: str, times: int = 3) -> Harm:
    """Let whichever process makes that commit next die at it, several times in a row."""

    def harm(stand: Stand) -> int:
        before = stand.crashed()
        for number in range(1, times + 1):
            stand.tell("crash", f"{function} {when}")
            until = time.monotonic() + 60
            while stand.crashed() < before + number and time.monotonic() < until:
                time.sleep(0.05)
        stand.untell("crash")
        return stand.crashed() - before

    return harm


def kill(name: str, times: int = 3, pause: float = 1.5, sign: int = signal.SIGKILL) -> Harm:
    """A process and its children; the supervisor brings it back."""

    def harm(stand: Stand) -> int:
        for _ in range(times):
            time.sleep(pause)
            stand.kill(name, sign)
        return times

    return harm


def kill_in_turn(stand: Stand) -> int:
    """The assistant dies with a turn in its hands."""
    for _ in range(3):
        stand.tell("die")
        until = time.monotonic() + 10
        while (stand.folder / "die").exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)
    stand.untell("die")
    return 3


def mood(name: str, seconds: float = 4.0) -> Harm:
    """The assistant misbehaves for a while."""

    def harm(stand: Stand) -> int:
        stand.tell("mood", name)
        time.sleep(seconds)
        stand.untell("mood")
        return 1

    return harm


def restarted(name: str, times: int, away: float = 0.0) -> Harm:
    """One of the stand's servers is gone, each time for so many seconds, and comes back with what it had kept."""

    def harm(stand: Stand) -> int:
        server = getattr(stand, name)
        for _ in range(times):
            time.sleep(1)
            server.stop()
            time.sleep(away)
            server.start()
        return times

    return harm


def postgres_cut(stand: Stand) -> int:
    assert stand.postgres
    for _ in range(10):
        time.sleep(0.4)
        stand.postgres.cut()
    return 10


def redis_flushed(stand: Stand) -> int:
    assert stand.redis
    for _ in range(10):
        time.sleep(0.3)
        stand.redis.flush()
    return 10


def redis_gone(seconds: float) -> Harm:
    def harm(stand: Stand) -> int:
        assert stand.redis
        stand.redis.stop()
        time.sleep(seconds)
        stand.redis.start()
        return 1

    return harm


def sqlite_locked(seconds: float) -> Harm:
    """Another program holds the write lock for longer than the desk is willing to wait (ten seconds), or for less."""

    def harm(stand: Stand) -> int:
        with contextlib.closing(sqlite3.connect(stand.folder / "desk.db", timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            other.execute("ROLLBACK")
        return 1

    return harm


def disk_full(stand: Stand) -> int:
    for _ in range(2):
        stand.tell("full")
        time.sleep(3)
        stand.untell("full")
        time.sleep(1)
    return 2


def clock_stepped(stand: Stand) -> int:
    """Two minutes ahead, one back, and home again."""
    for step in (120, -60, 0):
        stand.tell("clock", str(step))
        time.sleep(1.5)
    return 3


def everything(stand: Stand) -> int:
    """All processes at once, as when a machine's power is lost and comes back."""
    time.sleep(1)
    for name in stand._commands:
        stand.kill(name)
    return len(stand._commands)


def no_worker(stand: Stand) -> int:
    """The worker is away while the assistant is, too: nobody tries again until it is back."""
    stand.hold("worker")
    stand.tell("mood", "error")
    time.sleep(4)
    stand.untell("mood")
    stand.release("worker")
    return 2


FAULTS = (
    Fault("gateway dies before it commits a message", crash("send", "before"), short=True),
    Fault("gateway dies after it has committed a message", crash("send", "after"), short=True),
    Fault("gateway dies between the assistant's reply and its commit", crash("store", "before"), short=True),
    Fault("gateway dies after it has committed the reply", crash("store", "after"), short=True),
    Fault("gateway dies after it has committed a reply without effects", crash("_store_quickly", "after")),
    Fault("gateway dies before it commits a reply without effects", crash("_store_quickly", "before")),
    Fault("gateway killed under load", kill("gateway-0")),
    Fault("gateway told to stop under load", kill("gateway-0", sign=signal.SIGTERM), short=True),
    Fault("worker killed under load", kill("worker")),
    Fault("worker told to stop under load", kill("worker", sign=signal.SIGTERM)),
    Fault("assistant killed under load", kill("assistant")),
    Fault("assistant dies in the middle of a turn", kill_in_turn, short=True),
    Fault("everything killed at once", everything, short=True),
    Fault("assistant hangs", mood("hang")),
    Fault("assistant is slow", mood("slow")),
    Fault("assistant drips", mood("drip")),
    Fault("assistant answers HTML", mood("rubbish")),
    Fault("assistant answers what is no turn", mood("wrong")),
    Fault("assistant answers far too much", mood("huge")),
    Fault("assistant breaks off in the middle of an answer", mood("cut"), short=True),
    Fault("assistant fails, and no worker is there", no_worker),
    Fault("clock steps", clock_stepped),
    Fault("SQLite locked by another writer for 3 s", sqlite_locked(3), lambda kind: not kind.postgresql),
    Fault("SQLite locked by another writer for 13 s", sqlite_locked(13), lambda kind: not kind.postgresql),
    Fault("disk full", disk_full, lambda kind: not kind.postgresql, short=True),
    Fault("PostgreSQL crashes and comes back", restarted("postgres", 2, away=2), lambda kind: kind.postgresql, short=True),
    Fault("PostgreSQL's connections cut", postgres_cut, lambda kind: kind.postgresql),
    Fault("PgBouncer killed and started again", restarted("pooler", 3, away=0.5), lambda kind: kind.pooled),
    Fault("Redis restarted", restarted("redis", 3), lambda kind: kind.redis, short=True),
    Fault("Redis flushed", redis_flushed, lambda kind: kind.redis),
    Fault("Redis gone for a minute", redis_gone(60), lambda kind: kind.redis),
)
