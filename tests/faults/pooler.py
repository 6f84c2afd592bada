"""PgBouncer between the desk and PostgreSQL, set up as docs/deploy.md says."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from tests import postgres
from tests.bench.processes import free_port
from tests.faults.servers import Postgres

PREPARES_SINCE = (1, 21)  # keeps prepared statements in transaction mode: https://www.pgbouncer.org/changelog.html
START_SECONDS = 20
SETTINGS = """[databases]
desk = host=127.0.0.1 port={server} dbname=desk user={user}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
max_client_conn = 500
server_login_retry = 1
"""


def program() -> str | None:
    """PgBouncer's program: the one that `PGBOUNCER` names, or the system's; None where there is none."""
    return shutil.which(os.environ.get("PGBOUNCER", "pgbouncer"))


def mode(found: str) -> str:
    """Its mode: "transaction", or "session" for one that cannot keep prepared statements over transactions."""
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"(\d+)\.(\d+)", said)
    assert version, f"PgBouncer's version is not in {said!r}"
    return "transaction" if tuple(int(part) for part in version.groups()) >= PREPARES_SINCE else "session"


class Pooler:
    """A private PgBouncer with `size` connections to a server; it can be killed and started again on the same port."""

    def __init__(self, server: Postgres, size: int = 6) -> None:
        found = program()
        assert found is not None, "PgBouncer is not installed (Debian: apt install pgbouncer; PGBOUNCER names another program)"
        self.mode, self.port = mode(found), free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="desk-pooler-"))
        self._as = postgres._owner(self._folder)  # it refuses to run as root, too
        written = self._folder / "pgbouncer.ini"
        written.write_text(self._settings(server.port, size))
        self._command = [found, str(written)]
        self.start()

    def _settings(self, server: int, size: int) -> str:
        known = SETTINGS.format(server=server, user=postgres.SYSTEM_USER, port=self.port, mode=self.mode, size=size)
        if self.mode == "transaction":
            return known + "max_prepared_statements = 200\n"
        # A connection of the desk's own pool keeps one to the server for good, so there have to be as many.
        return known.replace(f"default_pool_size = {size}", "default_pool_size = 90")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{postgres.SYSTEM_USER}@127.0.0.1:{self.port}/desk"

    def start(self) -> None:
        with (self._folder / "log").open("ab") as output:
            self._process = subprocess.Popen(self._command, stdout=output, stderr=output, cwd=self._folder, **self._as)  # type: ignore[call-overload]
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                psycopg.connect(self.url.replace("+psycopg", "")).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise RuntimeError(f"PgBouncer did not start: {(self._folder / 'log').read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        """Without a word to those who are connected."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def close(self) -> None:
        if self._process.poll() is None:
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
