"""PostgreSQL and Redis that can be stopped hard and started again on the same port with the same data."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import redis

from tests import postgres
from tests.bench.processes import free_port


class Postgres:
    """A private server; its data outlive its restarts. `synchronous_commit` is on: what is committed is kept."""

    def __init__(self) -> None:
        programs = postgres.binaries()
        assert programs is not None, "PostgreSQL's server programs are not installed"
        self._folder = Path(tempfile.mkdtemp(prefix="desk-faults-"))
        self._as = postgres._owner(self._folder)
        self._log, self.port = self._folder / "log", free_port()
        data = self._folder / "data"
        init = [programs / "initdb", "-D", data, "-U", postgres.SYSTEM_USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(init, check=True, stdout=subprocess.DEVNULL, cwd=self._folder, **self._as)  # type: ignore[call-overload]
        # fsync=off spares the disk; the machine itself does not lose power here.
        self._command = [programs / "postgres", "-D", data, "-p", str(self.port), "-h", "127.0.0.1", "-k", self._folder, "-c", "fsync=off"]
        self.start()
        self._ask("CREATE DATABASE desk")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{postgres.SYSTEM_USER}@127.0.0.1:{self.port}/desk"

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(self._command, stdout=output, stderr=output, cwd=self._folder, **self._as)  # type: ignore[call-overload]
        postgres._wait_until_up(self._process, self.port, self._log)

    def stop(self) -> None:
        """At once, as if it had crashed: open transactions are lost, committed ones are recovered at the next start."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)

    def cut(self) -> None:
        """Cut every connection but this one's."""
        self._ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'desk' AND pid <> pg_backend_pid()")

    def _ask(self, statement: str) -> None:
        with psycopg.connect(f"postgresql://{postgres.SYSTEM_USER}@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(statement)

    def close(self) -> None:
        if self._process.poll() is None:
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


class Redis:
    """A private Redis that keeps nothing on the disk: what it forgets may not matter."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        assert program is not None, "redis-server is not installed"
        self._folder, self.port = Path(tempfile.mkdtemp(prefix="desk-faults-")), free_port()
        self._command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        self.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                redis.Redis.from_url(self.url).ping()
                return
            except redis.RedisError:
                time.sleep(0.05)
        raise RuntimeError("Redis did not start")

    def flush(self) -> None:
        redis.Redis.from_url(self.url).flushall()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def close(self) -> None:
        if self._process.poll() is None:
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
