"""The Big List of Naughty Strings as messages: stored as sent, given back as sent, never a 5xx."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from api.config import ROOT
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask
from tests.api.conftest import BACKENDS

LIST = Path(os.environ.get("DESK_DATA_DIR", ROOT.parent / "shared" / "data")) / "naughty_strings" / "blns.json"


def all_of_them() -> list[str]:
    if not LIST.exists():
        pytest.skip(f"{LIST} is not there: set DESK_DATA_DIR to the folder with the public data")
    found: list[str] = json.loads(LIST.read_text(encoding="utf-8"))
    return found


def refusable(text: str) -> bool:
    """What is no message at all: nothing but space, more than 2,000 characters, or no valid text (NUL, half a surrogate pair)."""
    return not text.strip() or len(text) > 2000 or "\0" in text or any("\ud800" <= c <= "\udfff" for c in text)


@pytest.fixture
def candidates(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> Iterator[Candidate]:
    """An assistant that says everything back, and one conversation."""
    fake_assistant.script = lambda body: reply(
        replies=[{"text": body["text"], "language": "en", "buttons": [{"title": body["text"][:300], "button": "/x"}], "sources": []}]
    )
    yield Candidate(over_flask(client), language="en")


def test_every_string_is_stored_and_given_back_as_sent_or_refused_with_a_reason(candidates: Candidate, fake_assistant: FakeAssistant) -> None:
    refused: list[str] = []
    sent: list[str] = []
    for text in all_of_them():
        answer = candidates.try_say(text)
        if answer.status == 200:
            sent.append(text)
            assert answer.json["message"]["text"] == text
            assert [r["text"] for r in answer.json["replies"]] == [text]
        else:
            assert (answer.status, answer.headers["Content-Type"]) == (422, "application/problem+json"), (text, answer.text)
            assert refusable(text), (text, answer.text)
            refused.append(text)
    assert not [t for t in sent if refusable(t)]
    assert len(sent) >= 500
    assert [b["text"] for b in fake_assistant.bodies] == sent
    assert shown(candidates, "candidate") == sent
    assert shown(candidates, "assistant")[1:] == sent


def shown(candidate: Candidate, sender: str) -> list[str]:
    """What one side said, read page by page."""
    texts, after = [], 0
    while page := candidate.history(after)["messages"]:
        texts += [m["text"] for m in page if m["sender"] == sender]
        after = page[-1]["seq"]
    return texts


@pytest.mark.parametrize("database", BACKENDS[-1:], indirect=True)  # the stricter of the two
def test_every_string_as_any_other_field_is_no_5xx(candidates: Candidate, client: FlaskClient) -> None:
    for text in all_of_them():
        answers = [
            candidates.ask("POST", "ratings", json={"message": text, "value": "up"}),
            candidates.ask("POST", "messages", json={"client_id": text, "text": text, text: text}),
            candidates.press(text),
        ]
        assert all(400 <= a.status < 500 for a in answers), (text, [a.status for a in answers])
        assert all(a.headers["Content-Type"] == "application/problem+json" for a in answers)
