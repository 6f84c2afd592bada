"""The load client, a process of its own: `python -m tests.bench.load`, a job as JSON on its standard input.

It plays whole conversations, so many at a time, and writes what every turn took. Time is from the request's first
byte to the answer's last; making requests and reading JSON is not counted. Everything is bounded: the number of
conversations and turns, the time of one answer, and the time of the job, after which no turn is begun.
"""

from __future__ import annotations

import http.client
import itertools
import json
import sys
import threading
import time
import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from tests.bench.messages import ROLE, language_of, message

ANSWER_SECONDS = 60


@dataclass(frozen=True)
class Job:
    """What to do: `conversations` of `turns` turns, `clients` at a time, for `seconds` at most."""

    system: str
    url: str
    secret: str
    clients: int
    turns: int
    conversations: int
    seconds: float


@dataclass
class Done:
    """`took`: (turn from 1, seconds) of each right answer; `wrong`: the first few others; `seconds`: for all of it."""

    seconds: float = 0.0
    took: list[tuple[int, float]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    failed: int = 0
    cut: bool = False


class Wrong(Exception):
    """An answer that is no answer."""


class Candidate(Protocol):
    """One conversation with one of the systems."""

    def say(self, text: str) -> float:
        """Seconds until the answer. Raises `Wrong`."""
        ...


class _InOnePiece(http.client.HTTPConnection):
    """Sends head and body at once, as browsers do; http.client itself sends two pieces."""

    def send(self, data: Any) -> None:
        if isinstance(data, bytes) and data.endswith(b"\r\n\r\n"):
            self._head = data
        else:
            super().send(self._head + data)


class Line:
    """One kept-alive connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = _InOnePiece(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)

    def post(self, path: str, body: dict[str, Any], token: str = "") -> tuple[float, Any]:
        """Seconds and the decoded answer. Raises `Wrong` unless it is a 2xx."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        data = json.dumps(body).encode()
        started = time.perf_counter()
        try:
            self._connection.request("POST", path, data, headers)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Wrong(type(error).__name__) from error
        took = time.perf_counter() - started
        if response.status >= 300:
            raise Wrong(f"{response.status} {content[:200].decode(errors='replace')}")
        return took, json.loads(content)


class Ours:
    """Through the gateway, as the widget does it."""

    def __init__(self, line: Line, job: Job, language: str) -> None:
        self._line = line
        _, started = line.post("/api/v1/conversations", {"language": language, "role": ROLE})
        self._token, self._path = started["token"], f"/api/v1/conversations/{started['id']}/messages"

    def say(self, text: str) -> float:
        took, answer = self._line.post(self._path, {"client_id": str(uuid.uuid4()), "text": text}, self._token)
        if answer["status"] != "answered" or not answer["replies"]:
            raise Wrong(f"{answer['status']} after {text!r}")
        return took


class Bare:
    """Straight to the assistant; the client carries the state."""

    def __init__(self, line: Line, job: Job, language: str) -> None:
        self._line, self._secret, self._language, self._state = line, job.secret, language, None
        self._conversation = uuid.uuid4().hex

    def say(self, text: str) -> float:
        context = {"page_role": ROLE, "verified": False, "now": datetime.now(UTC).isoformat()}
        turn = {"conversation": self._conversation, "message_id": uuid.uuid4().hex, "text": text, "language": self._language}
        took, answer = self._line.post("/turn", {**turn, "context": context, "state": self._state}, self._secret)
        self._state = answer["state"]
        if not answer["replies"]:
            raise Wrong(f"no reply to {text!r}")
        return took


class Stock:
    """Rasa's REST channel; `tests.bench.stock_actions` reads the metadata when the conversation starts."""

    def __init__(self, line: Line, job: Job, language: str) -> None:
        self._line, self._sender = line, uuid.uuid4().hex
        self._metadata = {"language": language, "page_role": ROLE, "now": datetime.now(UTC).isoformat()}

    def say(self, text: str) -> float:
        took, answer = self._line.post("/webhooks/rest/webhook", {"sender": self._sender, "message": text, "metadata": self._metadata})
        if not answer:
            raise Wrong(f"no reply to {text!r}")
        return took


SYSTEMS = {"ours": Ours, "pg": Ours, "bare": Bare, "stock": Stock}


def run(job: Job) -> Done:
    """Play the conversations."""
    done, numbers, lock = Done(), itertools.count(), threading.Lock()
    until = time.monotonic() + job.seconds

    def play() -> None:
        line = Line(job.url)
        while (number := next(numbers)) < job.conversations and time.monotonic() < until:
            candidate: Candidate | None = None
            for turn in range(1, job.turns + 1):
                if time.monotonic() > until:
                    done.cut = True
                    return
                try:
                    candidate = candidate or SYSTEMS[job.system](line, job, language_of(number))
                    took = candidate.say(message(language_of(number), turn))
                    with lock:
                        done.took.append((turn, took))
                except Wrong as error:
                    with lock:
                        done.failed += 1
                        done.wrong[5:] = []
                        done.wrong.append(f"turn {turn}, {language_of(number)}: {error}")

    clients = [threading.Thread(target=play, daemon=True) for _ in range(job.clients)]
    started = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join(job.seconds + ANSWER_SECONDS + 5)
    done.seconds = time.perf_counter() - started
    return done


def main() -> None:
    """Job in, result out."""
    json.dump(asdict(run(Job(**json.load(sys.stdin)))), sys.stdout)


if __name__ == "__main__":
    main()
