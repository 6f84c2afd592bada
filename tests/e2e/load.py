"""Candidates who write at a steady rate, each in a conversation of their own; every message is accounted for."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

QUESTIONS = {
    "en": ("what is the salary?", "when does it start?"),
    "sv": ("vad är lönen?", "när börjar jobbet?"),
    "fi": ("mikä on palkka?", "milloin työ alkaa?"),
}
ROLE = "LV-101"


@dataclass
class Sent:
    """One message: `took` seconds until the answer, which came at `at` (monotonic) with `status`."""

    client_id: str
    conversation: str
    at: float
    took: float
    status: str


@dataclass
class Load:
    """`rate` messages a second from `candidates` conversations, until stopped. `failed`: requests that got no answer."""

    url: str
    rate: float = 20.0
    candidates: int = 40
    sent: list[Sent] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._opened = [self._open(number) for number in range(self.candidates)]
        every = self.candidates / self.rate
        self._threads = [
            threading.Thread(target=self._write, args=(number, every, number / self.rate), daemon=True, name=f"candidate {number}")
            for number in range(self.candidates)
        ]

    def start(self) -> None:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let everybody have their last answer."""
        self._stop.set()
        for thread in self._threads:
            thread.join(300)

    def longest(self, since: float, until: float) -> float:
        """The longest wait of those answered between two moments (monotonic)."""
        return max((s.took for s in list(self.sent) if since <= s.at <= until), default=0.0)

    def histories(self) -> dict[str, list[dict[str, Any]]]:
        """The messages of each conversation, as its candidate sees them."""
        found = {}
        for id_, token, _ in self._opened:
            line = self._line()
            line.request("GET", f"/api/v1/conversations/{id_}/messages", headers={"Authorization": f"Bearer {token}"})
            found[id_] = json.loads(line.getresponse().read())["messages"]
            line.close()
        return found

    def _line(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def _open(self, number: int) -> tuple[str, str, str]:
        language = list(QUESTIONS)[number % 3]
        line = self._line()
        line.request("POST", "/api/v1/conversations", json.dumps({"language": language, "role": ROLE}), {"Content-Type": "application/json"})
        started = json.loads(line.getresponse().read())
        line.close()
        return started["id"], started["token"], language

    def _write(self, number: int, every: float, first: float) -> None:
        id_, token, language = self._opened[number]
        line, due, turn = self._line(), self._began + first, 0
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due, turn, client_id = due + every, turn + 1, str(uuid.uuid4())
            body = json.dumps({"client_id": client_id, "text": QUESTIONS[language][turn % 2]})
            began = time.monotonic()
            while True:
                try:
                    line.request("POST", f"/api/v1/conversations/{id_}/messages", body, headers)
                    response = line.getresponse()
                    answer = json.loads(response.read())
                    break
                except (OSError, http.client.HTTPException, ValueError) as error:  # as a browser does, the same message is sent again
                    self.failed.append(type(error).__name__)
                    line.close()
                    time.sleep(1)
            self.sent.append(Sent(client_id, id_, time.monotonic(), time.monotonic() - began, str(answer.get("status", response.status))))
