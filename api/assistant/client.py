"""The one door to the assistant: a turn goes in, replies, effects and the new state come out.

Fails loudly: whatever is not a complete, well-formed answer raises `AssistantFailed`.

Behind one address there may be several assistants. A kept connection leads to one of them for as long as it is kept, so
each is given up after a while: who has come since gets a share, too. A turn whose connection breaks before an answer, or
that meets one that still loads, is sent once more over another connection: it is only a function.
"""

from __future__ import annotations

import json
import random
import socket
import time
from typing import Annotated, Any, Literal

import urllib3
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProtocolError

from api import tracing
from api.assistant import address
from api.config import Settings

MOST_BYTES = 1_000_000
AT_ONCE = 64  # connections kept open between turns
ADDRESSES = 4  # assistants with connections kept open
KEPT = 30.0  # seconds for which a connection is used
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


class _Spread(HTTPConnection):
    """Goes to any of the addresses that a name has, and is given up after a while."""

    _since = 0.0

    def _new_conn(self) -> socket.socket:
        """The system would put the same address first each time (RFC 6724)."""
        name = self._dns_host
        addresses = _addresses(name, self.port)
        try:
            for self._dns_host in addresses[1:]:
                try:
                    return super()._new_conn()
                except (NewConnectionError, ConnectTimeoutError):
                    continue
            self._dns_host = addresses[0]
            return super()._new_conn()
        finally:
            self._dns_host = name

    def connect(self) -> None:
        super().connect()
        self._since = time.monotonic()

    def getresponse(self) -> Any:
        response = super().getresponse()
        if response.status == 503:  # it loads: the next turn need not meet it again
            self._since = float("-inf")
        return response

    @property
    def is_connected(self) -> bool:
        """What the pool asks before it uses a connection again."""
        return super().is_connected and time.monotonic() - self._since < KEPT


class _InOnePiece(_Spread):
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


class _Secure(_Spread, HTTPSConnection):
    """The same with TLS, which has pieces of its own."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _InOnePiece


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Secure


def _addresses(name: str, port: int) -> list[str]:
    """What a name leads to, in no order; the name itself, if that cannot be found out."""
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)}
    except socket.gaierror:
        return [name]
    return random.sample(sorted(found), len(found))


_pools: dict[str, urllib3.HTTPConnectionPool] = {}


def _pool(url: str, settings: Settings) -> urllib3.HTTPConnectionPool:
    """One pool a process and address. urllib3, because a turn goes through it in a third of httpx's time."""
    found = _pools.get(url)
    if found is None:
        _forget_pools()
        headers = {"Authorization": f"Bearer {settings.assistant_secret.get_secret_value()}", "Content-Type": "application/json"}
        where = urllib3.util.parse_url(url)
        kind = _SecurePool if where.scheme == "https" else _Pool
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
        status, content = _send(_pool(url, settings), json.dumps(body), until)
        span.note(status=status)
        if status != 200:
            raise AssistantFailed(f"status {status}: {_type_of(content)}", waking_up=status == 503)
    try:
        return TurnResult.model_validate_json(content)
    except ValidationError as error:
        raise AssistantFailed(f"answer not understood ({error.error_count()} faults)") from None


def _send(pool: urllib3.HTTPConnectionPool, body: str, until: float) -> tuple[int, bytes]:
    """Status and content; another connection, which may lead to another assistant, is tried once."""
    headers = {**pool.headers, **tracing.headers()}
    for last in (False, True):
        timeout = urllib3.Timeout(connect=2.0, read=max(0.1, until - time.monotonic()))
        try:
            response = pool.urlopen("POST", "/turn", body, headers, redirect=False, timeout=timeout, preload_content=False)
            content = _read(response, until)
        except (NewConnectionError, ConnectTimeoutError, ProtocolError) as error:
            if last or time.monotonic() > until - ENOUGH:
                raise _failure(error) from None
        except HTTPError as error:
            raise _failure(error) from None
        else:
            if response.status != 503 or last:
                return response.status, content
    raise AssertionError("the second answer is the last")


def _failure(error: HTTPError) -> AssistantFailed:
    if isinstance(error, NewConnectionError):
        return AssistantFailed("not reachable", waking_up=True)
    return AssistantFailed(type(error).__name__)


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
