"""The test stories, said to the whole set-up: each message to any gateway, each turn to any assistant."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select

from api import clock
from api.candidates import service
from api.candidates.models import Candidate as Known
from api.config import ROOT
from api.conversations.models import Message
from api.conversations.service import lock
from api.db import db
from api.roles.models import Application
from tests.api.candidate import Candidate, new_client_id
from tests.api.serving import wait_for
from tests.e2e.pair import Pair

ENTITY = re.compile(r"\[([^\]]+)\](?:\{[^}]*\}|\([^)]*\))")
PATIENCE = 60
# What only the desk itself can say, when a code that was mailed has been given: tests/actions/test_verification.py.
EVENTS = ("verification: the code was right", "verification: the code was wrong", "verification: the code is used up")
INVITED = ("process: another interview time", "elin.bergqvist@example.com")  # whose interview has a time


@dataclass(frozen=True)
class Dialogue:
    """A story's name and its steps."""

    name: str
    steps: list[dict[str, Any]]

    @property
    def verified(self) -> bool:
        """Whether the candidate has proved who they are before the first word."""
        return any(slot.get("verified") for slot in self.steps[0].get("slot_was_set", ()))

    def said(self) -> Iterator[tuple[str, str]]:
        """What the candidate says or presses, without annotations, and what is meant by it."""
        for step in self.steps:
            if "user" in step:
                yield ENTITY.sub(r"\1", step["user"].strip()), step["intent"]


def dialogues() -> list[Dialogue]:
    files = sorted((ROOT / "tests" / "stories").glob("*.yml"))
    return [Dialogue(f"{file.stem}: {story['story']}", story["steps"]) for file in files for story in yaml.safe_load(file.read_text())["stories"]]


class Talk:
    """One dialogue with the desk."""

    def __init__(self, pair: Pair, dialogue: Dialogue, candidate_id: str) -> None:
        self.pair, self.dialogue = pair, dialogue
        self.candidate = Candidate(pair.somebody(), language="sv")
        self.offered: list[str] = []
        if dialogue.verified:
            with pair.app.app_context():
                service.mark_verified(lock(self.candidate.id), candidate_id, "mail", clock.now())
                db.session.commit()

    def hold(self) -> list[str]:
        """Say all of it, and tell what went otherwise than in the story."""
        for said, meant in self.dialogue.said():
            if self.candidate.history()["status"] == "with_recruiter":
                return [f"{said}: a person has been asked for"]
            found = self._say(said)
            if found != meant:
                return [f"{said}: {found}, not {meant}"]
        return []

    def _say(self, said: str) -> str:
        """Say or press; the intent that was found in it."""
        button = self._button(said)
        if said.startswith("/") and button is None:
            return "no such button"
        client_id = new_client_id()
        replies = self._replies(client_id, {"button": button} if button else {"text": said})
        assert replies, f"{self.dialogue.name}: no answer to {said}"
        self.offered = [b["button"] for m in replies for b in m["buttons"]]
        if button:  # says itself what it means; what it asked for may have been to forget all this
            return _parts(button)[0].removeprefix("/")
        with self.pair.app.app_context():
            return str(db.session.scalar(select(Message.intent).where(Message.client_id == client_id, Message.conversation_id == self.candidate.id)))

    def _replies(self, client_id: str, said: dict[str, str]) -> list[dict[str, Any]]:
        """What is answered; an answer that is late is waited for, and asked for by sending the same again."""

        def send() -> Any:
            answer = self.candidate.ask("POST", "messages", json={"client_id": client_id} | said)
            assert answer.status == 200, answer.text
            return answer.json

        answer = send()
        if answer["status"] == "waiting":
            wait_for(lambda: self.candidate.history()["status"] != "waiting", PATIENCE)
            answer = send()
        return list(answer["replies"])

    def _button(self, wanted: str) -> str | None:
        """The button offered that means the same; which application it is about is the demo's."""
        name, what = _parts(wanted)
        if not name.startswith("/"):
            return None
        same = [b for b in self.offered if _parts(b)[0] == name and all(_parts(b)[1].get(k) == v for k, v in what.items() if k not in ("application", "email"))]
        return next(iter(same), None)


def _parts(button: str) -> tuple[str, dict[str, Any]]:
    name, brace, rest = button.partition("{")
    return name, json.loads(brace + rest) if brace else {}


@pytest.fixture
def talks(pair: Pair) -> list[Talk]:
    """All dialogues, each with an applicant of its own where it needs one: what they ask for is done."""
    with pair.app.app_context():
        once = func.count(Application.id) == 1  # the stories know of one application
        query = select(Known.email, Known.id).join(Application, Application.candidate_id == Known.id).where(Application.status == "active")
        applicants = {row.email: row.id for row in db.session.execute(query.group_by(Known.email, Known.id).having(once).order_by(Known.email))}
        db.session.rollback()
    theirs = {INVITED[0]: applicants.pop(INVITED[1])}
    others = iter(applicants.values())
    found = [dialogue for dialogue in dialogues() if dialogue.name not in EVENTS]
    return [Talk(pair, d, theirs.get(d.name) or next(others) if d.verified else "") for d in found]


def test_the_stories_go_as_written(talks: list[Talk]) -> None:
    assert len(talks) == len(dialogues()) - len(EVENTS) > 40
    with ThreadPoolExecutor(4) as threads:
        went = list(threads.map(Talk.hold, talks))
    otherwise = {talk.dialogue.name: wrong for talk, wrong in zip(talks, went, strict=True) if wrong}
    assert otherwise == {}
