"""The one door to the assistant: a turn goes in, replies, effects and the new state come out.

Fails loudly: whatever is not a complete, well-formed answer raises `AssistantFailed`.
"""

from __future__ import annotations

import json
import time
from typing import Annotated, Any, Literal

import urllib3
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError, NewConnectionError

from api import tracing
from api.assistant import address
from api.config import Settings

MOST_BYTES = 1_000_000
AT_ONCE = 64  # connections kept open between turns
ADDRESSES = 4  # assistants with connections kept open
ENOUGH = 1.0  # seconds that a turn must have left to be sent again
Language = Literal["sv", "fi", "en"]
Name = Annotated[str, Field(max_length=64)]
# PostgreSQL stores no NUL.
Words = Annotated[str, Field(pattern="^[^\\x00]*$")]


class AssistantFailed(Exception):
    """No usable answer. `reason` is short and holds no personal data; `waking_up`: it has not started yet."""

    def __init__(self, reason: str, waking_up: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.waking_up = waking_up


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Button(_Part):
    title: Words = Field(max_length=300)
    button: str = Field(max_length=1000)


class Source(_Part):
    kind: str
    ref: str | None = None
    as_of: str | None = None


class Reply(_Part):
    """One message of the assistant."""

    text: Words
    language: Language | None = None
    buttons: list[Button] = []
    sources: list[Source] = []


class TurnResult(_Part):
    """What a turn came to. `effects` are facts with a `kind`; `state` is opaque."""

    replies: list[Reply]
    effects: list[dict[str, Any]] = []
    state: dict[str, Any]
    intent: Name | None = None
    confidence: float | None = None
    alternatives: list[dict[str, Any]] = []
    language: str | None = None
    model_id: Name | None = None


class _InOnePiece(HTTPConnection):
    """Sends head and body of a request at once: in two pieces they wake the assistant twice."""

    _held: list[bytes] | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._held = []
        try:
            super().request(*args, **kwargs)
            whole = b"".join(self._held)
        finally:
            self._held = None
        super().send(whole)

    def send(self, data: Any) -> None:
        if self._held is None:
            super().send(data)
        else:
            self._held.append(bytes(data))


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _InOnePiece


_pools: dict[str, urllib3.HTTPConnectionPool] = {}


def _pool(url: str, settings: Settings) -> urllib3.HTTPConnectionPool:
    """One pool a process and address. urllib3, because a turn goes through it in a third of httpx's time."""
    found = _pools.get(url)
    if found is None:
        _forget_pools()
        headers = {"Authorization": f"Bearer {settings.assistant_secret.get_secret_value()}", "Content-Type": "application/json"}
        where = urllib3.util.parse_url(url)
        kind = urllib3.HTTPSConnectionPool if where.scheme == "https" else _Pool
        found = _pools[url] = kind(where.host or "", where.port, maxsize=AT_ONCE, headers=headers, retries=False)
    return found


def _forget_pools() -> None:
    """Let go of the oldest address: each promotion of an NLU model brings a new one. Turns that use it keep it."""
    if len(_pools) >= ADDRESSES:
        del _pools[next(iter(_pools))]


def take_turn(settings: Settings, body: dict[str, Any]) -> TurnResult:
    """Send one turn (the assistant's `POST /turn`). Raises `AssistantFailed`; a drip does not keep it beyond the turn's time.

    If it fails because the assistant has just been replaced, the new one is asked: a turn is only a function.
    """
    until, known = time.monotonic() + settings.turn_timeout, address.of_app()
    url = known.current()
    try:
        return _ask(url, settings, body, until)
    except AssistantFailed as error:
        other = known.instead_of(url, error.waking_up) if time.monotonic() < until - ENOUGH else None
        if other is None:
            raise
    return _ask(other, settings, body, until)


def _ask(url: str, settings: Settings, body: dict[str, Any], until: float) -> TurnResult:
    """The turn at this address, by `until` (monotonic)."""
    with tracing.span("POST /turn", "client", method="POST", route="/turn") as span:
        status, content = _post(_pool(url, settings), body, until)
        span.note(status=status)
        if status != 200:
            raise AssistantFailed(f"status {status}: {_type_of(content)}", waking_up=status == 503)
    try:
        return TurnResult.model_validate_json(content)
    except ValidationError as error:
        raise AssistantFailed(f"answer not understood ({error.error_count()} faults)") from None


def _post(pool: urllib3.HTTPConnectionPool, body: dict[str, Any], until: float) -> tuple[int, bytes]:
    """Status and content of the answer, which must be in by `until` (monotonic)."""
    timeout = urllib3.Timeout(connect=2.0, read=max(0.1, until - time.monotonic()))
    headers = {**pool.headers, **tracing.headers()}
    try:
        response = pool.urlopen("POST", "/turn", json.dumps(body), headers, redirect=False, timeout=timeout, preload_content=False)
        content = _read(response, until)
    except NewConnectionError:
        raise AssistantFailed("not reachable", waking_up=True) from None
    except HTTPError as error:
        raise AssistantFailed(type(error).__name__) from None
    return response.status, content


def _read(response: urllib3.BaseHTTPResponse, until: float) -> bytes:
    """The whole answer, which must be in by `until` (monotonic) and of a sane size."""
    content = bytearray()
    try:
        while part := response.read1(65536):
            content += part
            if len(content) > MOST_BYTES:
                raise AssistantFailed("answer too long")
            if time.monotonic() > until:
                raise AssistantFailed("answer too slow")
    except BaseException:
        response.close()  # with what is still to come on its connection
        raise
    response.release_conn()
    return bytes(content)


def is_ready(settings: Settings) -> bool:
    """Whether an assistant has loaded its NLU model and takes turns."""
    known = address.of_app()
    url = known.current()
    if _answers(url, settings):
        return True
    other = known.instead_of(url, unreachable=True)
    return other is not None and _answers(other, settings)


def _answers(url: str, settings: Settings) -> bool:
    try:
        return _pool(url, settings).urlopen("GET", "/readyz", redirect=False, timeout=1.0).status == 200
    except HTTPError:
        return False


def _type_of(content: bytes) -> str:
    try:
        return str(json.loads(content).get("type", ""))[:80]
    except (ValueError, AttributeError, RecursionError):
        return "no reason given"
