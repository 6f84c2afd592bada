"""The assistant's part of a trace: what it did in a turn and what it read, without a word of anybody's."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from actions import tracing as traced
from nlu import tracing
from tests.collector import Collector, Span, collecting, silent
from tests.nlu.desk import SECRET, Assistant, FakeGateway

SAID = "Jag heter Zebedeus Quist, zebedeus.quist@example.com. Vad är lönen?"
ALLOWED = set(traced.ATTRIBUTES.values())


def ask(talk: Assistant, trace: str, parent: str, **body: str) -> None:
    """One turn, as part of a gateway's trace."""
    talk.http.headers["traceparent"] = f"00-{trace}-{parent}-01"
    try:
        assert talk.post(**body).status_code == 200
    finally:
        del talk.http.headers["traceparent"]


def spans_of(collector: Collector, trace: str) -> list[Span]:
    """A trace, once its turn has ended."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = [span for span in collector.spans() if span.trace == trace]
        if any(span.name == "POST /turn" for span in found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"the trace {trace} did not come")


@pytest.mark.server
def test_a_turn_goes_on_with_the_gateways_trace_and_hands_it_to_what_it_reads(talk: Assistant, collector: Collector) -> None:
    trace, parent = "1" * 32, "2" * 16
    talk.new_conversation(page_role="LV-101")
    ask(talk, "5" * 32, parent, text="Vad är lönen?")  # for the next seconds the list of roles is not asked about again
    ask(talk, trace, parent, text="Vad är lönen?", conversation="conv-traced")
    found = spans_of(collector, trace)
    assert collector.tree(trace) == [
        "desk-assistant: POST /turn",
        "  desk-assistant: understand",
        "  desk-assistant: choose action",
        "  desk-assistant: action ask_salary",
        "    desk-assistant: GET /roles/{}",
        "  desk-assistant: choose action",
    ]
    turn = next(span for span in found if span.name == "POST /turn")
    assert (turn.parent, turn.kind, turn.failed) == (parent, "server", False)
    assert turn.attributes["desk.intent"] == "ask_salary"
    assert turn.attributes["desk.conversation.id"] == "conv-traced"
    assert turn.attributes["desk.nlu_model.id"] == talk.http.get("/readyz").json()["model_id"]
    read = next(span for span in found if span.kind == "client")
    assert (f"00-{trace}-{read.id}-01") in [given for path, given in FakeGateway.traces if path.startswith("/internal/v1/roles/LV-101")]


@pytest.mark.server
def test_what_it_reads_on_its_own_account_is_not_traced(talk: Assistant, collector: Collector) -> None:
    assert {given for path, given in FakeGateway.traces if path.endswith("/texts")} == {None}
    heads = {span.name for span in collector.spans() if not span.parent}
    assert heads <= {"POST /turn"}, "not even when it warms up"


@pytest.mark.server
def test_no_text_name_mail_address_or_secret_is_exported(talk: Assistant, collector: Collector) -> None:
    trace = "3" * 32
    talk.new_conversation(page_role="LV-101")
    ask(talk, trace, "4" * 16, text=SAID)
    spans_of(collector, trace)
    sent = b"\n".join(collector.bodies).lower()
    assert [word for word in ("Zebedeus", "Quist", "lönen", "@example.com", SECRET, "127.0.0.1") if word.encode().lower() in sent] == []
    assert {name for span in collector.spans() for name in span.attributes} <= ALLOWED


@pytest.fixture
def untraced() -> Iterator[None]:
    """Whatever a test started is stopped."""
    yield
    tracing.stop()
    logging.getLogger("opentelemetry").handlers.clear()


def test_an_error_is_noted_by_its_type_alone(untraced: None) -> None:
    with collecting() as collector:
        tracing.start({tracing.ENDPOINT: collector.url})
        with pytest.raises(ValueError), traced.begin("POST /turn", None), traced.span("action x", action="x"):
            raise ValueError(SAID)
        tracing.stop()
        action, turn = collector.spans()
    assert (action.failed, action.attributes) == (True, {"desk.action": "x", "error.type": "ValueError"})
    assert turn.failed
    assert b"Zebedeus" not in b"".join(collector.bodies)


def test_what_has_no_name_cannot_be_noted(untraced: None) -> None:
    with collecting() as collector:
        tracing.start({tracing.ENDPOINT: collector.url})
        with traced.begin("POST /turn", None), pytest.raises(KeyError):
            traced.note(text=SAID)


def test_a_collector_that_never_answers_is_complained_of_once_and_waited_for_by_nobody(
    untraced: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
    caplog.set_level(logging.WARNING, "assistant")
    with silent() as hanging:
        tracing.start({tracing.ENDPOINT: hanging.url})
        end = time.monotonic() + 20
        while len(hanging.bodies) < 3 and time.monotonic() < end:  # the third export: two have failed by then
            with traced.begin("POST /turn", None):
                pass
            time.sleep(0.01)
        assert len(hanging.bodies) >= 3
        assert len([r for r in caplog.records if "traces not delivered" in r.message]) == 1
        tracing.stop()
    last = [r.getMessage() for r in caplog.records][-1]
    assert "times more" in last


def test_without_a_collector_nothing_of_opentelemetry_is_loaded() -> None:
    code = "import sys, nlu.server; nlu.tracing.start({}); print([name for name in sys.modules if name.startswith('opentelemetry')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    with traced.begin("POST /turn", None), traced.span("understand"):
        assert traced.headers() == {}
