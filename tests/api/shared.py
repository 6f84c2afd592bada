"""What the tests' applications share, because making it anew for each test would cost more than the test itself.

An application of its own for each test stays; what is the same in all of them is worked out once.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from socketserver import BaseServer
from typing import Any

from argon2.profiles import get_default_parameters
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from api.accounts import passwords

MEMORY = Path("/dev/shm")  # where Linux keeps files in memory
ROOM = 512 * 1024 * 1024


def remember_routes() -> None:
    """Compile how a route's address is built once a route, not once a route and application.

    Werkzeug writes Python source for each, which is nine tenths of what an application costs. The functions take
    their rule as an argument; all that is worked into them is in the key.
    """
    made: dict[tuple[object, ...], Callable[..., Any]] = {}
    compiled = Rule._compile_builder

    def builder(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in made:
            made[key] = compiled(rule, append_unknown)
        return made[key]

    Rule._compile_builder = builder  # type: ignore


class Statements:
    """SQL as it was compiled for one kind of database, for the engines of all applications."""

    def __init__(self) -> None:
        self._first: Engine | None = None
        self._compiled: LRUCache[Any, Any] = LRUCache(5000)

    def join(self, engine: Engine) -> None:
        """Let an engine use what others compiled. The first one's dialect has been connected by the time a second comes."""
        self._first = self._first or engine
        engine.dialect, engine._compiled_cache = self._first.dialect, self._compiled


def hash_quickly() -> None:
    """Hash the tests' passwords with a thousandth of the work that the product's own take."""
    ours = passwords.hasher
    assert ours._parameters == get_default_parameters(), "the product hashes as argon2-cffi recommends"
    ours._parameters = replace(ours._parameters, time_cost=1, memory_cost=64, parallelism=1)
    passwords._NOBODYS = ours.hash("nobody has this password")


@contextmanager
def folder_in_memory(otherwise: Path) -> Iterator[Path]:
    """A folder where commits wait for no disk, if the machine has one with room enough."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        yield otherwise
        return
    for left in MEMORY.glob("desk-tests-[0-9]*-*"):  # by tests that were killed
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=MEMORY, prefix=f"desk-tests-{os.getpid()}-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def stop(server: BaseServer, listening: socket.socket) -> None:
    """End `serve_forever` at once: it looks whether it should only when somebody calls, or its interval is over."""
    with contextlib.suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)
    server.shutdown()
    server.server_close()
