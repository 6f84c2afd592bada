"""The real server with the trained model, once for all tests; what it does is traced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nlu.train import current, models_folder
from tests.collector import Collector, collecting
from tests.nlu import desk


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[desk.Assistant]:
    assert current(models_folder()), "there is no trained model: run `make train` first"
    with desk.running(tmp_path_factory.mktemp("server") / "log", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url) as assistant:
        yield assistant
        assistant.new_conversation()
        assistant.post(text="hej", conversation="the-last")
    assert [s for s in collector.spans() if s.attributes.get("desk.conversation.id") == "the-last"], "what it still had was sent when it was stopped"


@pytest.fixture
def talk(server: desk.Assistant) -> desk.Assistant:
    server.new_conversation()
    return server
