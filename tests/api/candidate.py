"""A candidate's browser, as the tests use it: over Flask's test client or over a real connection."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from flask.testing import FlaskClient

API = "/api/v1"


@dataclass(frozen=True)
class Answer:
    """What came back: status, decoded JSON (None for other types), headers, and the body as text."""

    status: int
    json: Any
    headers: Mapping[str, str]
    text: str


Ask = Callable[..., Answer]


def over_flask(client: FlaskClient) -> Ask:
    """Ask the application in this process."""

    def ask(method: str, path: str, **wishes: Any) -> Answer:
        with client.open(path, method=method, **wishes) as response:
            return Answer(response.status_code, response.get_json(silent=True), response.headers, response.get_data(as_text=True))

    return ask


def over_http(base: str) -> Ask:
    """Ask a served application; each call has a connection of its own, so threads may share this."""

    def ask(method: str, path: str, **wishes: Any) -> Answer:
        response = httpx.request(method, base + path, timeout=30, trust_env=False, **wishes)
        is_json = "json" in response.headers.get("Content-Type", "") and bool(response.content)
        return Answer(response.status_code, response.json() if is_json else None, response.headers, response.text)

    return ask


class Candidate:
    """One conversation and its token."""

    def __init__(self, ask: Ask, language: str = "sv", **start: Any) -> None:
        self._ask = ask
        started = ask("POST", f"{API}/conversations", json={"language": language, **start})
        assert started.status == 201, started.text
        self.id: str = started.json["id"]
        self.token: str = started.json["token"]
        self.greeting: dict[str, Any] = started.json["messages"][0]

    @property
    def path(self) -> str:
        """Where this conversation lives."""
        return f"{API}/conversations/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def ask(self, method: str, route: str, **wishes: Any) -> Answer:
        """Call one of the conversation's routes, with its token."""
        headers = self.headers | wishes.pop("headers", {})
        return self._ask(method, f"{self.path}/{route}", headers=headers, **wishes)

    def try_say(self, text: str, client_id: str | None = None) -> Answer:
        """Send a text, whatever comes of it."""
        return self.ask("POST", "messages", json={"client_id": client_id or str(uuid.uuid4()), "text": text})

    def say(self, text: str, client_id: str | None = None) -> Any:
        """Send a text that is taken."""
        answer = self.try_say(text, client_id)
        assert answer.status == 200, answer.text
        return answer.json

    def press(self, button: str, client_id: str | None = None) -> Answer:
        """Press a button."""
        return self.ask("POST", "messages", json={"client_id": client_id or str(uuid.uuid4()), "button": button})

    def want_person(self, **body: Any) -> Any:
        """Press "talk to a person"."""
        answer = self.ask("POST", "handoff", json=body)
        assert answer.status == 201, answer.text
        return answer.json

    def history(self, after: int = 0) -> Any:
        """All that is shown after a number."""
        answer = self.ask("GET", f"messages?after={after}")
        assert answer.status == 200, answer.text
        return answer.json

    def seen(self) -> list[tuple[str, str]]:
        """Who said what, as the candidate sees it."""
        return [(m["sender"], m["text"]) for m in self.history()["messages"]]


def new_client_id() -> str:
    """What a browser gives a message before it sends it."""
    return str(uuid.uuid4())
