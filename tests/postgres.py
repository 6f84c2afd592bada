"""A private PostgreSQL server for the tests: its own folder, a free port of the loopback, gone at the end."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

SYSTEM_USER = "postgres"  # the server refuses to run as root
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=32MB", "max_connections=60")
START_SECONDS = 30
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
LARGE = 1024 * 1024
BUSY = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
WRITTEN = """SELECT quote_ident(relname), pg_relation_size(oid) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0"""


def binaries() -> Path | None:
    """The folder of PostgreSQL's newest server programs; None where there is no server."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


@dataclass(frozen=True)
class Server:
    """A running server, and the connections over which databases are emptied."""

    port: int
    pid: int = 0
    _kept: dict[str, psycopg.Connection[tuple[Any, ...]]] = field(default_factory=dict)

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://{SYSTEM_USER}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template0") -> None:
        """Make a database as a copy of another, to which nobody may be connected."""
        self._run(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')

    def drop(self, database: str) -> None:
        """Remove a database and whoever is still connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def empty(self, database: str) -> None:
        """Remove all rows but the schema's version, and whoever is still at work there."""
        connection = self._kept.get(database) or self._kept.setdefault(database, self._connect(database))
        connection.execute(BUSY)
        tables = connection.execute(WRITTEN).fetchall()
        if any(size > LARGE for _, size in tables):
            connection.execute(f"TRUNCATE {', '.join(name for name, _ in tables)} CASCADE")  # type: ignore[call-overload]
        elif tables:  # a few rows go much faster than tables are made anew; "replica" asks no foreign keys
            connection.execute("SET session_replication_role = replica; " + "".join(f"DELETE FROM {name};" for name, _ in tables))  # type: ignore[call-overload]

    def _run(self, statement: str) -> None:
        with self._connect("postgres") as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def _connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(f"postgresql://{SYSTEM_USER}@127.0.0.1:{self.port}/{database}", autocommit=True)


@contextmanager
def server(*settings: str, fast: bool = True) -> Iterator[Server]:
    """Start a server in a new folder, with `settings` ("name=value"); stop it and remove the folder at the end.

    Not `fast`: it keeps what it has committed.
    """
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL's server programs are not installed")
    folder = Path(tempfile.mkdtemp(prefix="desk-postgres-"))
    as_user = _owner(folder)
    data, log = folder / "data", folder / "log"
    try:
        init = [programs / "initdb", "-D", data, "-U", SYSTEM_USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(init, check=True, stdout=subprocess.DEVNULL, cwd=folder, **as_user)
        port = _free_port()
        options = [part for option in (*(FAST if fast else ()), *settings) for part in ("-c", option)]
        command = [programs / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, *options]
        with (
            log.open("wb") as output,
            subprocess.Popen(command, stdout=output, stderr=output, cwd=folder, preexec_fn=_end_with_the_tests, **as_user) as process,
        ):
            try:
                _wait_until_up(process, port, log)
                yield Server(port, process.pid)
            finally:
                process.terminate()
                _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner(folder: Path) -> dict[str, object]:
    """How to start programs: root hands the folder to the server's own user and becomes it."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)
    return {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []}


def _end_with_the_tests() -> None:
    """Ask the kernel to stop the server when the tests are killed, which leaves nobody to do it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            psycopg.connect(f"postgresql://{SYSTEM_USER}@127.0.0.1:{port}/postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Wait for the polite stop; clients that hold on make it an immediate one."""
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)  # immediate shutdown: nothing here is worth keeping
        process.wait(10)
