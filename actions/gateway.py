"""Reads from the gateway's internal API. Nothing is ever written through here."""

from __future__ import annotations

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from actions import tracing

DEFAULT_URL = "http://127.0.0.1:8000/internal/v1"
TIMEOUT = httpx.Timeout(3.0, connect=1.0)
ROLES_FRESH_FOR = 5.0  # seconds in which the roles list isn't even asked about again, where no edition is known
EDITION = "Desk-Edition"  # in a read: that its answer is to be kept; in the answer: what was in force
MOST_KEPT = 500  # answers of the gateway; a role in one language is about 5 KB


class GatewayError(Exception):
    """The gateway didn't give what was asked for."""


class Unreachable(GatewayError):
    """No answer in time, or one that says that the gateway itself is in trouble."""


class NotFound(GatewayError):
    """The gateway knows no such thing (404)."""


class NotVerified(GatewayError):
    """The candidate of this conversation hasn't proved who they are (403)."""


class Edition(NamedTuple):
    """What the gateway says of roles, answers and company is the same for as long as `name` is, and was so at `at` (ISO)."""

    name: str
    at: str


_edition: ContextVar[Edition | None] = ContextVar("edition", default=None)


@contextmanager
def reading(edition: str | None, at: str) -> Iterator[None]:
    """In here, what was read under the same edition is not read again. None: everything is read anew."""
    token = _edition.set(Edition(edition, at) if edition else None)
    try:
        yield
    finally:
        _edition.reset(token)


class Gateway:
    """One kept-alive connection pool; every method raises `GatewayError` when it fails."""

    def __init__(self, url: str, secret: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {secret}"},
            timeout=TIMEOUT,
            transport=transport,
        )
        self._lists: dict[str, tuple[str | None, float, list[dict[str, Any]]]] = {}
        self._kept: OrderedDict[tuple[str, ...], Any] = OrderedDict()  # None: there is no such thing

    async def roles(self, language: str) -> list[dict[str, Any]]:
        """The open roles in short; where no edition is known, asked again by ETag when a few seconds old."""
        if _edition.get() is not None:
            return (await self._read_once("/roles", language=language))["roles"]
        etag, until, known = self._lists.get(language, (None, 0.0, []))
        if time.monotonic() < until:
            return known
        headers = {"If-None-Match": etag} if etag else {}
        response = await self._get("/roles", {"language": language}, headers)
        if response.status_code != 304:
            known, etag = _json(response)["roles"], response.headers.get("ETag")
        self._lists[language] = (etag, time.monotonic() + ROLES_FRESH_FOR, known)
        return known

    async def role(self, ref: str, language: str) -> dict[str, Any]:
        """All that is known of one role, closed ones too."""
        found = await self._read_once(f"/roles/{quote(ref, safe='')}", language=language)
        edition = _edition.get()
        return {**found, "as_of": _at(edition.at, found["as_of"])} if edition else found

    async def answer(self, key: str, language: str) -> dict[str, Any] | None:
        """What the company says on a subject; None where it says nothing."""
        try:
            return await self._read_once(f"/answers/{quote(key, safe='')}", language=language)
        except NotFound:
            return None

    async def texts(self, known: str | None = None) -> tuple[str | None, dict[str, Any] | None]:
        """The texts that are worded otherwise than shipped, with their ETag; None for the texts while it is `known`."""
        response = await self._get("/texts", {}, {"If-None-Match": known} if known else {})
        if response.status_code == 304:
            return known, None
        body = _json(response)
        if not isinstance(body, dict) or "texts" not in body:
            raise Unreachable("/texts: not what was asked for")
        return response.headers.get("ETag"), body["texts"]

    async def applications(self, conversation: str, language: str) -> list[dict[str, Any]]:
        """The applications of the candidate who proved who they are in this conversation."""
        path = f"/conversations/{quote(conversation, safe='')}/applications"
        return (await self._read(path, language=language))["applications"]

    async def response_times(self, ref: str | None) -> dict[str, Any]:
        """How long candidates have waited, measured; for one role or for all."""
        return await self._read("/response-times", **({"role": ref} if ref else {}))

    async def company(self) -> dict[str, Any]:
        """Names, addresses and retention times of the employer."""
        return await self._read_once("/company")

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def _read_once(self, path: str, **params: str) -> Any:
        """What stays the same while the edition does; without one it is read each time. Not to be changed in place."""
        edition = _edition.get()
        if edition is None:
            return await self._read(path, **params)
        key = (edition.name, path, *params.values())
        if key in self._kept:
            found = self._kept[key]
            self._kept.move_to_end(key)
        else:
            response = await self._ask(path, params, {EDITION: edition.name})
            found = None if response.status_code == 404 else _json(_good(response, path))
            if response.headers.get(EDITION) == edition.name:  # not so where another gateway is behind or ahead
                self._keep(key, found)
        if found is None:
            raise NotFound(path)
        return found

    def _keep(self, key: tuple[str, ...], found: Any) -> None:
        self._kept[key] = found
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    async def _read(self, path: str, **params: str) -> Any:
        return _json(await self._get(path, params, {}))

    async def _get(self, path: str, params: dict[str, str], headers: dict[str, str]) -> httpx.Response:
        return _good(await self._ask(path, params, headers), path)

    async def _ask(self, path: str, params: dict[str, str], headers: dict[str, str]) -> httpx.Response:
        route = _route(path)
        with tracing.span(f"GET {route}", client=True, method="GET", route=route):
            try:
                response = await self._client.get(path, params=params, headers=headers | tracing.headers())
            except httpx.HTTPError as error:
                raise Unreachable(f"{path}: {type(error).__name__}") from error
            tracing.note(status=response.status_code)
        return response


def _good(response: httpx.Response, path: str) -> httpx.Response:
    """The same response, if it has what was asked for."""
    if response.status_code == 404:
        raise NotFound(path)
    if response.status_code == 403:
        raise NotVerified(path)
    if response.status_code >= 400:
        raise Unreachable(f"{path}: {response.status_code}")
    return response


def _at(moment: str, like: str) -> str:
    """A moment in the zone of another: what is of the same edition is known to be so now."""
    return datetime.fromisoformat(moment).astimezone(datetime.fromisoformat(like).tzinfo).isoformat()


def _route(path: str) -> str:
    """A path without the reference or id in it."""
    parts = path.split("/")
    return "/".join([*parts[:2], *("{}" for _ in parts[2:3]), *parts[3:]])


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise Unreachable(f"{response.request.url.path}: not JSON") from error


_current: tuple[asyncio.AbstractEventLoop, Gateway] | None = None


def current() -> Gateway:
    """The gateway of this process; connections belong to one event loop, so a new loop gets new ones."""
    global _current
    loop = asyncio.get_running_loop()
    if _current is None or _current[0] is not loop:
        url = os.environ.get("DESK_INTERNAL_URL", DEFAULT_URL)
        _current = (loop, Gateway(url, os.environ.get("DESK_ASSISTANT_SECRET", "")))
    return _current[1]


def use(gateway: Gateway) -> None:
    """Let this event loop read from another gateway (tests)."""
    global _current
    _current = (asyncio.get_running_loop(), gateway)
