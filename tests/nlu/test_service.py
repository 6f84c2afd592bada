"""The HTTP face of the assistant, with something simpler in the assistant's place."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from nlu.loading import Archive, CannotLoad
from nlu.server import Service, Settings
from nlu.turn import BadTurn

HEADERS = {"Authorization": "Bearer secret"}
BODY = {"conversation": "c1", "message_id": "m1", "text": "hej", "language": "sv", "context": {"verified": False, "now": "n"}, "state": None}
ENVIRONMENT = {"DESK_ASSISTANT_SECRET": "s", "DESK_NLU_MODEL": "x.tar.gz", "DESK_NLU_MODEL_SHA256": "ab"}


class FakeAssistant:
    model_id = "model-1"

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome

    async def take(self, turn: Any) -> Any:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        if isinstance(self.outcome, float):
            await asyncio.sleep(self.outcome)
        return {"replies": []}


def ask(outcome: Any, method: str = "POST", path: str = "/turn", ready: bool = True, **how: Any) -> tuple[int, dict]:
    """Status and body of one request to a service whose assistant does `outcome`."""

    async def run() -> tuple[int, dict]:
        service = Service(Settings("127.0.0.1", 0, "secret", Archive(Path("x"), ""), deadline=0.2))
        service.assistant = FakeAssistant(outcome) if ready else None
        async with TestClient(TestServer(service.app)) as client:
            response = await client.request(method, path, **{"json": BODY, "headers": HEADERS, **how})
            return response.status, await response.json()

    return asyncio.run(run())


def test_a_turn_is_answered():
    assert ask(None) == (200, {"replies": []})


def test_a_failed_action_is_a_500_that_says_why():
    status, body = ask(RuntimeError("action_x: KeyError"))
    assert (status, body["type"], body["detail"]) == (500, "turn-failed", "RuntimeError: action_x: KeyError")


def test_a_late_turn_is_a_504():
    status, body = ask(5.0)
    assert (status, body["type"]) == (504, "deadline")


def test_an_unknown_button_is_a_422():
    assert ask(BadTurn("There is no intent 'x'."))[0] == 422


def test_before_the_model_is_loaded_turns_get_503_with_the_step():
    assert ask(None, ready=False) == (503, {"type": "not-ready", "title": "The assistant is not ready.", "detail": "loading"})


def test_a_wrong_secret_is_refused_even_while_loading():
    assert ask(None, ready=False, headers={"Authorization": "Bearer x"})[0] == 401


def test_a_huge_body_is_refused():
    assert ask(None, json={**BODY, "state": "x" * 600_000})[0] == 422


def test_health_and_readiness_need_no_secret():
    assert ask(None, "GET", "/healthz", ready=False, headers={}) == (200, {"alive": True})
    assert ask(None, "GET", "/readyz", ready=False, headers={}) == (503, {"ready": False, "step": "loading"})
    assert ask(None, "GET", "/readyz", headers={}) == (200, {"ready": True, "model_id": "model-1"})


def test_settings_have_safe_defaults():
    settings = Settings.from_environment(ENVIRONMENT)
    assert (settings.host, settings.port, settings.deadline) == ("127.0.0.1", 8010, 8.0)
    assert settings.archive == Archive(Path("x.tar.gz"), "ab")


@pytest.mark.parametrize(
    "change",
    [{"DESK_ASSISTANT_SECRET": ""}, {"DESK_NLU_MODEL_SHA256": ""}, {"DESK_ASSISTANT_PORT": "x"}, {"DESK_TURN_DEADLINE": "soon"}],
)
def test_wrong_settings_are_named(change):
    with pytest.raises(CannotLoad, match="DESK_"):
        Settings.from_environment({**ENVIRONMENT, **change})
