"""Candidates who write, send again what was not taken, and read their streams, whatever happens to the desk."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.faults.stand import Stand

PATIENCE = 120.0
PAUSE = 0.2
API = "/api/v1/conversations"
BROKEN = (OSError, http.client.HTTPException, ValueError, KeyError)


class GaveUp(AssertionError):
    """A candidate was not heard within the time."""


@dataclass
class Sent:
    """A message: what was written, and how long until the desk had taken it, in seconds."""

    text: str
    client_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    took: float = 0.0


class Candidate:
    """One conversation. Each message goes to the next gateway: none of them knows the candidate."""

    def __init__(self, stand: Stand, number: int) -> None:
        self.stand, self.number, self.tries = stand, number, 0
        self.sent: list[Sent] = []
        self.events: list[int] = []
        self.seen: dict[int, str] = {}
        self._leave = threading.Event()
        self._socket: socket.socket | None = None
        started = self._insist("POST", API, {"language": "en"}, 201)
        self.id, self._token = started["id"], started["token"]
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def write(self, *texts: str) -> None:
        """Write one after the other; each is sent again until it is taken."""
        for text in texts:
            sent = Sent(text)
            self.sent.append(sent)
            self.send(sent)

    def send(self, sent: Sent) -> dict[str, Any]:
        begun = time.monotonic()
        answer = self._insist("POST", f"{API}/{self.id}/messages", {"client_id": sent.client_id, "text": sent.text}, 200)
        sent.took = time.monotonic() - begun
        return answer

    def ask_for_copy(self, email: str) -> None:
        """Have the conversation mailed."""
        self._insist("POST", f"{API}/{self.id}/transcript-mail", {"email": email}, 202)

    def until_seen(self, text: str, seconds: float = 30) -> None:
        """Wait until the stream has shown a message with this text: it is committed, answered or not."""
        until = time.monotonic() + seconds
        while text not in list(self.seen.values()):
            if time.monotonic() > until:
                raise GaveUp(f"{text!r} was not shown within {seconds:g} s")
            time.sleep(0.005)

    def stream(self, after: int, timeout: float = 10) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """The stream from the event after this one on, and its connection, which the caller closes."""
        connection = self._connect(timeout)
        self.tries += 1
        connection.request("GET", f"{API}/{self.id}/events", headers=self._headers() | {"Last-Event-ID": str(after)})
        return connection, connection.getresponse()

    def history(self) -> dict[str, Any]:
        return self._insist("GET", f"{API}/{self.id}/messages", None, 200)

    def _insist(self, method: str, path: str, body: Any, wanted: int) -> dict[str, Any]:
        """Ask until it is answered; a refusal (4xx) is an error of the desk's, because nothing wrong is asked."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.tries += 1
            with contextlib.suppress(*BROKEN):
                status, content = self._ask(method, path, body)
                if status == wanted:
                    found: dict[str, Any] = json.loads(content)
                    return found
                assert status >= 500 or status == 429, f"{method} {path}: {status} {content[:300]!r}"
            time.sleep(PAUSE)
        raise GaveUp(f"{method} {path}: not taken within {PATIENCE:g} s")

    def _ask(self, method: str, path: str, body: Any) -> tuple[int, bytes]:
        connection = self._connect(15)
        try:
            sent = (
                {"body": json.dumps(body), "headers": self._headers() | {"Content-Type": "application/json"}}
                if body is not None
                else {"headers": self._headers()}
            )
            connection.request(method, path, **sent)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(urlsplit(self.stand.url(self.number + self.tries)).netloc, timeout=timeout)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if hasattr(self, "_token") else {}

    def _read(self) -> None:
        """Follow the stream; take it up again after the last event that came whole."""
        while not self._leave.is_set():
            with contextlib.suppress(*BROKEN):
                self._follow()
            self._leave.wait(PAUSE)

    def _follow(self) -> None:
        connection, response = self.stream(self.events[-1] if self.events else 0, 20)
        self._socket = connection.sock
        try:
            if response.status != 200:
                return
            fields: dict[str, str] = {}
            while not self._leave.is_set() and (line := response.readline()):
                fields = self._line(line.decode().rstrip("\n"), fields)
        finally:
            connection.close()

    def _line(self, line: str, fields: dict[str, str]) -> dict[str, str]:
        if line:
            name, _, value = line.partition(": ")
            return fields | {name: value}
        if fields.get("event", "message") == "message" and "id" in fields:
            self.events.append(int(fields["id"]))
            self.seen[int(fields["id"])] = json.loads(fields["data"])["text"]
        return {}

    def leave(self) -> None:
        self._leave.set()
        with contextlib.suppress(OSError):
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)  # it would wait for the next sign of life
        self._reader.join(25)


def all_at_once(candidates: list[Candidate], texts: list[str]) -> list[threading.Thread]:
    """Each candidate writes all texts, side by side with the others."""
    threads = [threading.Thread(target=c.write, args=texts, daemon=True) for c in candidates]
    for thread in threads:
        thread.start()
    return threads
