from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from actions.gateway import Gateway, NotFound, NotVerified, Unreachable
from tests.actions.office import Office


def ask(answer: Callable[[httpx.Request], httpx.Response], what: Callable[[Gateway], Any]) -> Any:
    return asyncio.run(what(Gateway("http://desk/internal/v1", "secret", httpx.MockTransport(answer))))


@pytest.mark.parametrize(("status", "error"), [(404, NotFound), (403, NotVerified), (500, Unreachable), (401, Unreachable), (429, Unreachable)])
def test_a_refusal_is_a_typed_error(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        ask(lambda request: httpx.Response(status), lambda g: g.role("LV-101", "sv"))


def test_a_broken_connection_is_unreachable() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("late", request=request)

    with pytest.raises(Unreachable):
        ask(refuse, lambda g: g.company())


def test_an_answer_that_is_no_json_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        ask(lambda request: httpx.Response(200, text="<html>"), lambda g: g.company())


def test_an_unknown_answer_is_none() -> None:
    assert ask(lambda request: httpx.Response(404), lambda g: g.answer("values", "sv")) is None


def test_a_reference_cannot_leave_its_path() -> None:
    seen: list[str] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path.decode())
        return httpx.Response(404)

    with pytest.raises(NotFound):
        ask(note, lambda g: g.role("../company?x=", "sv"))
    assert seen == ["/internal/v1/roles/..%2Fcompany%3Fx%3D?language=sv"]


def test_the_list_of_roles_is_asked_for_again_by_its_etag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.gateway.ROLES_FRESH_FOR", 0.0)
    tags: list[str | None] = []

    def serve(request: httpx.Request) -> httpx.Response:
        tags.append(request.headers.get("If-None-Match"))
        if tags[-1]:
            return httpx.Response(304)
        return httpx.Response(200, json={"roles": [{"ref": "LV-1"}]}, headers={"ETag": '"7"'})

    async def twice(gateway: Gateway) -> list[Any]:
        return [await gateway.roles("sv"), await gateway.roles("sv")]

    first, second = ask(serve, twice)
    assert first == second == [{"ref": "LV-1"}]
    assert tags == [None, '"7"']


def test_the_list_of_roles_is_read_once_while_fresh() -> None:
    office = Office()

    async def twice() -> None:
        gateway = office.gateway()
        await gateway.roles("sv")
        await gateway.roles("sv")

    asyncio.run(twice())
    assert office.asked == ["/roles"]
