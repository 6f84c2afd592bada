"""A gateway that leaves or comes: every request is answered, or refused before it was sent; nothing is lost or doubled."""

from __future__ import annotations

import contextlib
import errno
import http.client
import json
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.api.candidate import Answer, Ask, Candidate, new_client_id
from tests.api.serving import Event, Stream, wait_for
from tests.e2e.pair import Pair, Started

PEOPLE = 4
PATIENCE = 60
HELD_UP = 1.2  # seconds: gunicorn looks each second whether it shall end; then it does so before it takes those who wait
TEXTS = ("Vad är lönen?", "När börjar jobbet?")
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n"


class Person:
    """Writes, asks for the history and follows the stream, all through the proxy; takes note of each answer as it came, and tries nothing twice."""

    def __init__(self, pair: Pair) -> None:
        self.statuses: list[int] = []
        self.sent: list[str] = []
        self.streams: list[Stream] = []
        self._pair = pair
        ask = pair.somebody()
        self.candidate = Candidate(self._noting(ask), role="LV-101")
        self.follow()

    def _noting(self, ask: Ask) -> Ask:
        def noting(method: str, path: str, **wishes: Any) -> Answer:
            answer = ask(method, path, **wishes)
            self.statuses.append(answer.status)
            return answer

        return noting

    def follow(self) -> None:
        self.streams.append(Stream(self._pair.url, self.candidate))

    def write_until(self, over: threading.Event) -> None:
        while not over.is_set():
            client_id = new_client_id()
            self.sent.append(client_id)
            self.candidate.try_say(TEXTS[len(self.sent) % 2], client_id)
            self.candidate.ask("GET", "messages")
            if not self.streams[-1].is_open:  # as a browser does
                self.follow()
            over.wait(1.6)  # fewer than 40 a minute

    def settled(self) -> bool:
        return bool(self.candidate.history()["status"] == "answered")

    def story(self) -> tuple[list[str], list[str]]:
        """The client ids of what was written, and of what was answered."""
        messages = self.candidate.history()["messages"]
        written = {m["id"]: m["client_id"] for m in messages if m["sender"] == "candidate"}
        return list(written.values()), [written[m["in_reply_to"]] for m in messages if m["in_reply_to"]]


@pytest.fixture
def people(pair: Pair) -> Iterator[list[Person]]:
    found = [Person(pair) for _ in range(PEOPLE)]
    yield found
    for person in found:
        for stream in person.streams:
            stream.close()


@contextmanager
def leaving(pair: Pair, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """A gateway that has been told to stop; it is back afterwards."""
    process = pair.tell_to_stop(name)
    try:
        yield process
    finally:
        process.wait(PATIENCE)
        pair.start(name)
        pair.wait(name)


def test_both_gateways_are_replaced_one_after_the_other_while_people_write(pair: Pair, people: list[Person]) -> None:
    over = threading.Event()

    def requests() -> int:
        return sum(len(person.statuses) for person in people)

    with ThreadPoolExecutor(PEOPLE) as threads:
        writing = [threads.submit(person.write_until, over) for person in people]
        try:
            for name in ("gateway-0", "gateway-1"):
                with leaving(pair, name) as process:
                    assert process.wait(PATIENCE) == 0
                before = requests()
                wait_for(lambda before=before: requests() > before + 4 * PEOPLE, PATIENCE)
        finally:
            over.set()
        for one in writing:
            one.result()
    assert {status for person in people for status in person.statuses} <= {200, 201}
    for person in people:
        wait_for(person.settled, PATIENCE)
        assert person.story() == (person.sent, person.sent)


def test_a_leaving_gateway_ends_streams_well_and_does_not_wait_for_quiet_connections(pair: Pair) -> None:
    candidate = Candidate(pair.somebody(1), role="LV-101")
    stream, quiet = Stream(pair.gateway_url(0), candidate), _kept(pair.gateway_ports[0])
    had = _messages(stream.until(lambda e: e[0] == "status"))
    with leaving(pair, "gateway-0") as process:
        wait_for(lambda: not stream.is_open, PATIENCE)
        assert stream.ended_well, "by its own last chunk: no browser takes it for an error"
        candidate.say(TEXTS[0])
        after = Stream(pair.gateway_url(1), candidate, last_event_id=had[-1])
        came = _messages(after.until(lambda e: e[0] == "message" and e[2]["in_reply_to"] is not None, PATIENCE))
        after.close()
        assert process.wait(PATIENCE) == 0
        assert quiet.sock.recv(1) == b"", "ended, not cut"
        _never_opens_its_port_if_it_cannot_load(pair, pair.gateway_ports[0])
    assert had + came == [m["seq"] for m in candidate.history()["messages"]]
    assert "graceful timeout" not in pair.log("gateway-0")
    assert "Traceback" not in pair.log("gateway-0")


def _messages(events: list[Event]) -> list[int | None]:
    return [id_ for kind, id_, _ in events if kind == "message"]


def _kept(port: int) -> http.client.HTTPConnection:
    """A connection that has been used and is kept open."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/healthz")
    assert connection.getresponse().read()
    return connection


def _never_opens_its_port_if_it_cannot_load(pair: Pair, port: int) -> None:
    """As it does not until it has loaded: a proxy asks another one, and no request waits at an open port."""
    (pair.folder / "no-company.json").write_text("{}")
    whole = pair.how["gateway-0"]
    pair.how["broken"] = Started(whole.command, whole.environment | {"DESK_COMPANY_FILE": str(pair.folder / "no-company.json")})
    pair.start("broken")
    broken, tries = pair.process("broken"), 0
    while broken.poll() is None:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED
        tries += 1
        with contextlib.suppress(subprocess.TimeoutExpired):
            broken.wait(0.05)
    assert broken.returncode != 0 and tries > 1
    assert "company" in pair.log("broken")


def test_whoever_has_connected_is_answered_and_whoever_comes_later_is_refused(pair: Pair) -> None:
    """The system lets callers in while the process is busy; it must not leave without them."""
    port = pair.gateway_ports[0]
    kept = _kept(port)
    pair.signal("gateway-0", signal.SIGSTOP)
    waiting = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(20)]
    for one in waiting:
        one.sendall(HEALTH)
    kept.request("GET", "/healthz")
    time.sleep(HELD_UP)
    pair.signal("gateway-0", signal.SIGTERM)
    pair.signal("gateway-0", signal.SIGCONT)
    with leaving(pair, "gateway-0") as process:
        assert [_all(one).split(b"\r\n")[0] for one in waiting] == [b"HTTP/1.1 200 OK"] * 20
        last = kept.getresponse()
        assert (last.status, last.headers["Connection"], json.loads(last.read())) == (200, "close", {"status": "ok"})
        assert process.wait(PATIENCE) == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), PATIENCE)


def _all(connection: socket.socket) -> bytes:
    """All that comes until the other side ends."""
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))
