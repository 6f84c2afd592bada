"""The readings as Prometheus takes them, beside what each process counts itself."""

from __future__ import annotations

import os
from collections.abc import Iterator

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from api.conversations.streams import hub
from api.operations.readings import readings, worker_silence


class _Now(Collector):
    """What is asked of the database; must be collected within the application's context."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for reading in readings():
            yield GaugeMetricFamily(f"desk_{reading.name}", reading.about, value=reading.count)
            yield GaugeMetricFamily(f"desk_{reading.name}_oldest_seconds", f"{reading.about}: age of the oldest", value=reading.oldest)
        silence = worker_silence()
        if silence is not None:
            yield GaugeMetricFamily("desk_worker_silence_seconds", "Time since the worker last looked for work", value=silence)
        yield GaugeMetricFamily("desk_streams", "Streams open in this gateway process", value=hub().streams)


def exposition() -> bytes:
    """All metrics in Prometheus' text format. Several gateway processes on a machine are added up."""
    now = CollectorRegistry()
    now.register(_Now())
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(now)
    counted = CollectorRegistry()
    MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    return generate_latest(counted) + generate_latest(now)
