"""Serves turns over HTTP to the gateway: `python -m nlu.server`, from the repository's root."""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from actions import overlay
from actions import tracing as traced
from actions.gateway import GatewayError
from nlu import kept, tracing
from nlu.loading import Archive, CannotLoad, load, newest_archive, warm_up
from nlu.quiet import silence_libraries
from nlu.turn import BadTurn, read_turn

log = logging.getLogger("assistant")
LARGEST_BODY = 512 * 1024


@dataclass(frozen=True)
class Settings:
    """What the environment says; see docs/nlu.md."""

    host: str
    port: int
    secret: str
    archive: Archive
    deadline: float

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Raises `CannotLoad` with one sentence for what is missing or wrong."""
        secret = environment.get("DESK_ASSISTANT_SECRET", "")
        if not secret:
            raise CannotLoad("DESK_ASSISTANT_SECRET is not set.")
        path, sha256 = environment.get("DESK_NLU_MODEL"), environment.get("DESK_NLU_MODEL_SHA256")
        if bool(path) != bool(sha256):
            raise CannotLoad("DESK_NLU_MODEL and DESK_NLU_MODEL_SHA256 must be set together.")
        try:
            port = int(environment.get("DESK_ASSISTANT_PORT", "8010"))
            deadline = float(environment.get("DESK_TURN_DEADLINE", "8"))
        except ValueError as error:
            raise CannotLoad("DESK_ASSISTANT_PORT or DESK_TURN_DEADLINE is no number.") from error
        archive = Archive(Path(path), sha256) if path and sha256 else newest_archive()
        host = environment.get("DESK_ASSISTANT_HOST", "127.0.0.1")
        return cls(host, port, secret, archive, deadline)


class Service:
    """The HTTP face of one assistant, which may still be loading."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.step = "loading"
        self.assistant: Any = None
        self._texts: asyncio.Task[None] | None = None
        self.app = web.Application(client_max_size=LARGEST_BODY)
        self.app.add_routes(
            [
                web.post("/turn", self.turn),
                web.get("/healthz", self.healthz),
                web.get("/readyz", self.readyz),
            ]
        )

    async def load(self) -> None:
        """Load in a thread, so that the health checks answer meanwhile."""
        started = time.monotonic()

        def step(name: str) -> None:
            self.step = name
            log.info("%s, %.1f s", name, time.monotonic() - started)

        assistant = await _in_daemon_thread(lambda: load(self.settings.archive, step))
        step("warming up")
        await self._read_texts()
        await warm_up(assistant, self.settings.deadline)
        self.assistant = assistant
        log.info("ready, %.1f s, model %s", time.monotonic() - started, self.assistant.model_id)

    async def _read_texts(self) -> None:
        """Have the texts as admins have worded them before the first turn, and from then on."""
        known = None
        try:
            known = await overlay.refresh()
        except GatewayError:
            log.info("texts: as shipped, the gateway does not answer yet")
        self._texts = asyncio.create_task(overlay.keep_fresh(known))

    async def healthz(self, request: web.Request) -> web.Response:
        """The process lives."""
        return web.json_response({"alive": True})

    async def readyz(self, request: web.Request) -> web.Response:
        """Whether turns can be taken, and by which model."""
        if self.assistant is None:
            return web.json_response({"ready": False, "step": self.step}, status=503)
        return web.json_response({"ready": True, "model_id": self.assistant.model_id})

    async def turn(self, request: web.Request) -> web.Response:
        """One turn; anything but 200 says why in `type`, `title` and `detail`."""
        if not self._authorised(request):
            return problem(401, "wrong-secret", "The shared secret is missing or wrong.")
        if self.assistant is None:
            return problem(503, "not-ready", "The assistant is not ready.", self.step)
        try:
            turn = read_turn(await request.json())
        except BadTurn as error:
            return problem(422, "bad-turn", "The request is not a turn.", str(error))
        except (ValueError, web.HTTPRequestEntityTooLarge):
            return problem(422, "bad-turn", "The request is not a turn.", "It is not JSON, or too large.")
        known = {"conversation": turn.conversation, "message": turn.message_id, "language": turn.language}
        with traced.begin("POST /turn", request.headers.get("traceparent"), method="POST", route="/turn", **known):
            response = await self._take(turn)
            traced.note(status=response.status, error=str(response.status) if response.status >= 500 else None)
            return response

    async def _take(self, turn: Any) -> web.Response:
        started = time.monotonic()
        status, kind = 200, "ok"
        try:
            answer = await asyncio.wait_for(self.assistant.take(turn), self.settings.deadline)
            return web.json_response(answer)
        except BadTurn as error:
            status, kind = 422, "bad-turn"
            return problem(status, kind, "The request is not a turn.", str(error))
        except asyncio.TimeoutError:
            status, kind = 504, "deadline"
            detail = f"It took longer than {self.settings.deadline:g} s."
            return problem(status, kind, "The turn took too long.", detail)
        except Exception as error:  # noqa: BLE001  whatever failed, the gateway must hear of it
            status, kind = 500, "turn-failed"
            return problem(status, kind, "The turn failed.", f"{type(error).__name__}: {error}")
        finally:
            took = (time.monotonic() - started) * 1000
            log.info("turn %s %s %d %s %.1f ms", turn.conversation, turn.message_id, status, kind, took)

    def _authorised(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "").encode("utf-8", "replace")
        return hmac.compare_digest(given, f"Bearer {self.settings.secret}".encode())


def problem(status: int, kind: str, title: str, detail: str = "") -> web.Response:
    """An error as the gateway reads it."""
    body = {"type": kind, "title": title, "detail": detail}
    return web.json_response(body, status=status, content_type="application/problem+json")


async def _in_daemon_thread(function: Callable[[], Any]) -> Any:
    """As `asyncio.to_thread`, but nobody waits for the thread when the process is told to stop."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Any] = loop.create_future()

    def run() -> None:
        try:
            kept.step_back(os.environ)
            result = function()
        except Exception as error:  # noqa: BLE001  raised again where the future is awaited
            loop.call_soon_threadsafe(outcome.set_exception, error)
        else:
            loop.call_soon_threadsafe(outcome.set_result, result)

    threading.Thread(target=run, daemon=True, name="load").start()
    return await outcome


async def serve(settings: Settings) -> int:
    """Serve until told to stop, then finish the turns in progress; 1 when the model cannot be loaded."""
    stop = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    service = Service(settings)
    runner = web.AppRunner(service.app, access_log=None, shutdown_timeout=settings.deadline)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        loading = asyncio.create_task(service.load())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({loading, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if loading.done():
            loading.result()
            await stopping
    except (CannotLoad, OSError) as error:
        log.error("%s", error)
        kept.tell(os.environ, str(error))
        return 1
    finally:
        await runner.cleanup()
        tracing.stop()
    return 0


def main() -> int:
    """The command line: all settings come from the environment."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    silence_libraries()
    try:
        settings = Settings.from_environment(os.environ)
    except CannotLoad as error:
        log.error("%s", error)
        kept.tell(os.environ, str(error))
        return 2
    tracing.start(os.environ)
    kept.stop_with_stdin(os.environ, settings.deadline)
    return asyncio.run(serve(settings))


if __name__ == "__main__":
    sys.exit(main())
