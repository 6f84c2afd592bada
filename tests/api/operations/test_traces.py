"""Traces: one from a request to what the assistant reads, without a word of anybody's, and at nobody's cost."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from apiflask import APIFlask
from structlog.testing import CapturingLogger

from api import jobs, tracing
from api.config import ROOT
from api.tracing import web
from api.tracing.complaints import Complaints
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask, over_http
from tests.api.conftest import SECRET, MakeApp, Sqlite
from tests.api.serving import wait_for, work
from tests.collector import Collector, collecting, silent
from tests.nlu.desk import free_port

SAID = "Jag heter Zebedeus Quist, zebedeus.quist@example.com, 070-174 06 05"
PRIVATE = ("Zebedeus", "Quist", "zebedeus.quist", "174 06 05", "quist-in-the-path", "Quistphone")
INSIDE = {"Authorization": f"Bearer {SECRET}"}


@dataclass
class Gateway:
    """A gateway of its own process, as gunicorn serves it."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    assistant: FakeAssistant

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, self.log.read_text()

    def complaints(self) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if "traces not delivered" in line]


@contextmanager
def gateway(collector: str, database: str, folder: Path, **environment: str) -> Iterator[Gateway]:
    port, log, assistant = free_port(), folder / "log", FakeAssistant()
    settings = {"DESK_PORT": str(port), "DESK_VAR": str(folder), "DESK_DATABASE_URL": database, "DESK_RATE_LIMIT": "off"}
    settings |= {"DESK_ASSISTANT_URL": assistant.url, "DESK_ASSISTANT_SECRET": SECRET, "DESK_SECRET_KEY": SECRET, "OTEL_EXPORTER_OTLP_ENDPOINT": collector}
    command = [str(Path(sys.executable).parent / "gunicorn"), "-c", "python:api.gunicorn", "api.wsgi:app"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings | environment, stdout=out, stderr=subprocess.STDOUT)
    found = Gateway(f"http://127.0.0.1:{port}", process, log, assistant)
    try:
        wait_for(lambda: process.poll() is not None or _answers(found.url), 60)
        assert process.poll() is None, log.read_text()
        yield found
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
        assistant.close()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture(scope="module")
def desk(collector: Collector, sqlite_database: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(collector.url, sqlite_database.fresh(), tmp_path_factory.mktemp("traced")) as found:
        yield found


def test_a_turn_is_one_trace_from_the_request_to_what_the_assistant_reads(desk: Gateway, collector: Collector) -> None:
    def script(body: dict[str, Any]) -> dict[str, Any]:
        trace = {"traceparent": desk.assistant.traces[-1] or ""}
        httpx.get(f"{desk.url}/internal/v1/roles?language=sv", headers=INSIDE | trace, trust_env=False).raise_for_status()
        return reply("Hej", intent="ask_roles", model_id="20261126-test")

    desk.assistant.script = script
    candidate = Candidate(over_http(desk.url))
    said = candidate.say("Vilka jobb har ni?")
    turn = wait_for(lambda: next((s for s in collector.spans() if s.attributes.get("desk.message.id") == said["message"]["id"] and s.name == "turn"), None))
    wait_for(lambda: len(collector.tree(turn.trace)) == 6)
    assert collector.tree(turn.trace) == [
        "desk-gateway: POST /api/v1/conversations/<conversation_id>/messages",
        "  desk-gateway: store message",
        "  desk-gateway: turn",
        "    desk-gateway: POST /turn",
        "      desk-gateway: GET /internal/v1/roles",
        "    desk-gateway: store replies",
    ]
    known = {name: turn.attributes[f"desk.{name}"] for name in ("conversation.id", "intent", "nlu_model.id", "turn.outcome", "language", "replies")}
    assert known == {
        "conversation.id": candidate.id,
        "intent": "ask_roles",
        "nlu_model.id": "20261126-test",
        "turn.outcome": "done",
        "language": "sv",
        "replies": 1,
    }
    assert turn.attributes["desk.db.statements"] >= turn.attributes["desk.db.writes"] >= 3
    assert collector.paths == {"/v1/traces"}


def test_a_turn_that_fails_says_why_without_the_assistants_words(desk: Gateway, collector: Collector) -> None:
    desk.assistant.script = lambda body: (500, {"type": "turn-failed", "detail": f"KeyError: {body['text']}"})
    said = Candidate(over_http(desk.url)).say(SAID)
    turn = wait_for(lambda: next((s for s in collector.spans() if s.attributes.get("desk.message.id") == said["message"]["id"] and s.name == "turn"), None))
    assert turn.failed
    assert turn.attributes["desk.turn.outcome"] == "failed"
    assert turn.attributes["error.type"] == "status 500: turn-failed"


def test_what_machines_ask_on_their_own_account_is_not_traced(desk: Gateway, collector: Collector) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/internal/v1/roles?language=fi"):
        assert httpx.get(desk.url + path, headers=INSIDE, trust_env=False).status_code == 200
    candidate = Candidate(over_http(desk.url))
    candidate.history()
    collector.when("desk-gateway", "GET /api/v1/conversations/<conversation_id>/messages")
    heads = {span.name for span in collector.spans() if not span.parent}
    assert not [name for name in heads if any(word in name for word in ("healthz", "readyz", "metrics", "internal"))]


def test_nobody_outside_says_which_trace_a_request_belongs_to(desk: Gateway, collector: Collector) -> None:
    strange = "c" * 32
    headers = {"traceparent": f"00-{strange}-{'d' * 16}-01"}
    assert httpx.get(f"{desk.url}/internal/v1/roles", headers=headers, trust_env=False).status_code == 401
    assert httpx.get(f"{desk.url}/api/v1/roles", headers=headers, trust_env=False).status_code == 200
    assert collector.when("desk-gateway", "GET /api/v1/roles").trace != strange
    assert strange not in {span.trace for span in collector.spans()}


def test_no_text_name_mail_address_token_or_network_address_is_exported(desk: Gateway, collector: Collector) -> None:
    effect = {"kind": "verification_start", "email": "zebedeus.quist@example.com"}
    desk.assistant.script = lambda body: reply(f"Hej {body.get('text')}", effects=[effect])
    ask = over_http(desk.url)
    candidate = Candidate(ask)
    candidate.say(SAID)
    candidate.ask("POST", "verification", json={"email": "zebedeus.quist@example.com"})
    ask("GET", "/no/such/quist-in-the-path?name=Zebedeus", headers={"User-Agent": "Quistphone"})
    ask("QUIST", "/api/v1/roles?q=Zebedeus")
    last = Candidate(ask).say("hej")
    wait_for(lambda: [s for s in collector.spans() if s.attributes.get("desk.message.id") == last["message"]["id"] and s.name == "turn"])
    assert {"GET", "_OTHER"} <= {span.name for span in collector.spans()}, "the strange requests were traced"
    sent = b"\n".join(collector.bodies)
    assert [word for word in (*PRIVATE, candidate.token, SECRET, "127.0.0.1") if word.encode().lower() in sent.lower()] == []
    named = {name for span in collector.spans() for name in span.attributes}
    assert named <= set(tracing.ATTRIBUTES.values())


def test_a_gateway_that_is_stopped_sends_what_it_still_has(collector: Collector, sqlite_database: Sqlite, tmp_path: Path) -> None:
    with gateway(collector.url, sqlite_database.fresh(), tmp_path, OTEL_BSP_SCHEDULE_DELAY="60000") as desk:
        said = Candidate(over_http(desk.url)).say("hej")
        assert not [s for s in collector.spans() if s.attributes.get("desk.message.id") == said["message"]["id"]], "nothing was to be sent for a minute"
        desk.stop()
    assert [s for s in collector.spans() if s.attributes.get("desk.message.id") == said["message"]["id"] and s.name == "turn"]


def test_a_collector_that_takes_connections_and_never_answers_costs_no_turn(sqlite_database: Sqlite, tmp_path: Path) -> None:
    with silent() as hanging, gateway(hanging.url, sqlite_database.fresh(), tmp_path, OTEL_EXPORTER_OTLP_TIMEOUT="1") as desk:
        candidate = Candidate(over_http(desk.url))
        wait_for(lambda: hanging.bodies)
        assert candidate.say("ett")["status"] == "answered", "while the first traces are stuck"
        wait_for(desk.complaints)
        before = len(hanging.bodies)
        for number in range(5):
            assert candidate.say(f"fråga {number}")["status"] == "answered"
        wait_for(lambda: len(hanging.bodies) > before)
        desk.stop()
        told = desk.complaints()
    assert 1 <= len(told) <= 2, "at once, and the rest at the end"
    assert "Traceback" not in desk.log.read_text()


def test_undelivered_traces_are_complained_of_once_in_a_while_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    logged = CapturingLogger()
    monkeypatch.setattr("api.tracing.complaints.log", logged)
    complaints = Complaints()
    theirs = logging.getLogger("opentelemetry.exporter")
    complaints.listen()
    for _ in range(50):
        theirs.error("Failed to export %s", "spans")
    complaints.close()
    logging.getLogger("opentelemetry").handlers.clear()
    assert [(call.args[0], call.kwargs["times"]) for call in logged.calls] == [("traces not delivered", 1), ("traces not delivered", 49)]


@contextmanager
def recording(app: APIFlask, service: str) -> Iterator[None]:
    web.start(app, service)
    try:
        yield
    finally:
        web.stop()


def test_a_second_try_by_the_worker_belongs_to_the_trace_of_the_request(make_app: MakeApp, fake_assistant: FakeAssistant) -> None:
    with collecting() as collector:
        app = make_app(assistant_url=fake_assistant.url, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
        fake_assistant.script = lambda body: (500, {"type": "turn-failed"})
        with recording(app, "gateway"):
            Candidate(over_flask(app.test_client())).say("hej")
        fake_assistant.script = lambda body: reply()
        time.sleep(1)  # its second try is due a second after the first
        with recording(app, "worker"):
            assert work(app) >= 1
        job = collector.when("desk-worker", "job conversations.run")
        request = collector.when("desk-gateway", "POST /api/v1/conversations/<conversation_id>/messages")
    assert job.trace == request.trace
    assert [line for line in collector.tree(job.trace) if "turn" in line and "POST" not in line] == ["  desk-gateway: turn", "      desk-worker: turn"]


def test_sweeps_that_find_nothing_are_not_traced(make_app: MakeApp) -> None:
    with collecting() as collector:
        app = make_app(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
        with recording(app, "worker"), app.app_context():
            for name in jobs._sweeps:
                app.extensions["jobs"]["run"](name)
            assert work(app) == len(jobs._sweeps) > 5
    assert [span.name for span in collector.spans()] == []


def test_what_has_no_name_cannot_be_noted(make_app: MakeApp) -> None:
    with collecting() as collector:
        app = make_app(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
        with recording(app, "gateway"), pytest.raises(KeyError), tracing.span("turn") as span:
            span.note(text=SAID)


def test_without_a_collector_nothing_of_opentelemetry_is_loaded(tmp_path: Path) -> None:
    code = "import sys, api.wsgi, api.worker, api.gevent_worker; print([n for n, m in sys.modules.items() if n.startswith('opentelemetry') and m])"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OTEL_")} | {"DESK_VAR": str(tmp_path)}
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    assert tracing.headers() == {}


def test_the_assistant_names_things_as_the_gateway_does() -> None:
    from actions import tracing as assistants

    assert dict(assistants.ATTRIBUTES.items() - tracing.ATTRIBUTES.items()) == {"action": "desk.action"}, "which the gateway has none of"
