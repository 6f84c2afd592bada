from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from actions import gateway
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


NOON, LATER = "2026-11-22T11:00:00+00:00", "2026-11-22T11:07:00+00:00"


async def everything(office: Gateway) -> list[Any]:
    return [await office.roles("sv"), await office.role("LV-101", "sv"), await office.answer("values", "sv"), await office.company()]


def test_under_the_same_edition_nothing_is_read_twice() -> None:
    office = Office()

    async def twice() -> tuple[list[Any], list[Any]]:
        client, found = office.gateway(), []
        for _ in range(2):
            with gateway.reading("e1", NOON):
                found.append(await everything(client))
        return found[0], found[1]

    first, second = asyncio.run(twice())
    assert first == second and first[1]["ref"] == "LV-101"
    assert office.asked == ["/roles", "/roles/LV-101", "/answers/values", "/company"]


@pytest.mark.parametrize("next_edition", ["e2", None])
def test_under_another_edition_or_none_all_is_read_anew(next_edition: str | None) -> None:
    office = Office()

    async def changed() -> list[Any]:
        client, found = office.gateway(), []
        for edition in ("e1", next_edition):
            with gateway.reading(edition, NOON):
                found.append((await client.role("LV-101", "sv"))["team_size"])
            office.role("LV-101")["team_size"] = 77
        return found

    assert asyncio.run(changed())[1] == 77
    assert office.asked == ["/roles/LV-101"] * 2


def test_a_role_is_as_of_the_turn_for_which_it_was_found_unchanged() -> None:
    office = Office()

    async def when() -> list[str]:
        client, found = office.gateway(), []
        for at in (NOON, LATER):
            with gateway.reading("e1", at):
                found.append((await client.role("LV-101", "sv"))["as_of"])
        return found

    assert asyncio.run(when()) == ["2026-11-22T12:00:00+01:00", "2026-11-22T12:07:00+01:00"]


def test_what_is_not_there_is_asked_for_once_and_an_outage_is_not_kept() -> None:
    office = Office()

    async def ask_again() -> None:
        client = office.gateway()
        with gateway.reading("e1", NOON):
            for _ in range(2):
                with pytest.raises(NotFound):
                    await client.role("LV-999", "sv")
                assert await client.answer("no-such", "sv") is None
            office.down = True
            with pytest.raises(Unreachable):
                await client.company()
            office.down = False
            assert (await client.company())["name"]

    asyncio.run(ask_again())
    assert office.asked == ["/roles/LV-999", "/answers/no-such", "/company", "/company"]


def test_what_another_gateway_reads_at_another_edition_is_used_and_not_kept() -> None:
    """Its clock is behind, or its company file older: what it says is true enough now, and not for as long as the edition is."""
    office = Office()

    async def in_turn() -> None:
        client = office.gateway()
        for office.edition in ("e0", "e1", "e0"):
            with gateway.reading("e1", NOON):
                assert (await client.company())["name"] and await client.answer("no-such", "sv") is None

    asyncio.run(in_turn())
    assert office.asked == ["/company", "/answers/no-such"] * 2


def test_what_belongs_to_a_person_is_read_each_time() -> None:
    office = Office()

    async def twice() -> None:
        client = office.gateway()
        with gateway.reading("e1", NOON):
            for _ in range(2):
                await client.applications("c1", "sv")
                await client.response_times(None)

    asyncio.run(twice())
    assert office.asked == ["/conversations/c1/applications", "/response-times"] * 2


def test_only_so_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.gateway.MOST_KEPT", 2)
    office = Office()

    async def three() -> None:
        client = office.gateway()
        with gateway.reading("e1", NOON):
            for key in ("values", "benefits", "values", "process", "values", "benefits"):
                await client.answer(key, "sv")

    asyncio.run(three())
    assert office.asked == ["/answers/values", "/answers/benefits", "/answers/process", "/answers/benefits"]
