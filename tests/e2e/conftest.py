"""One desk a session, started as `make up` starts it, and a real browser."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from api.config import ROOT
from tests.collector import Collector, collecting
from tests.e2e.desk import Desk
from tests.e2e.desk_gateway import chat, gateway, opens, running
from tests.e2e.pair import Pair
from tests.postgres import binaries

__all__ = ["chat", "gateway", "opens", "running"]  # fixtures of the tests at the desk; those of the widget have their own of these names

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
PATIENCE = 20_000  # milliseconds until what is expected has to be there: a busy machine is no failure
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def models() -> Path:
    """The trained NLU model, trained now if there is none."""
    subprocess.run([str(ROOT / ".venv/bin/desk"), "train"], cwd=ROOT, check=True, env=os.environ | {"DESK_VAR": str(ROOT / "var")})
    return ROOT / "var" / "models"


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """What the running desk's traces come to."""
    with collecting() as found:
        yield found


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory, models: Path, collector: Collector) -> Iterator[Desk]:
    """The running desk; it is traced."""
    yield from _started(Desk(tmp_path_factory.mktemp("desk"), models, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url))


@pytest.fixture(scope="module")
def own_desk(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Desk]:
    """A desk for one file's tests: its processes may be killed, and what is live may change."""
    yield from _started(Desk(tmp_path_factory.mktemp("own"), models))


def _started(found: Desk) -> Iterator[Desk]:
    """While it runs."""
    try:
        found.start()
        found.wait()
        yield found
    finally:
        found.stop_all()


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Pair]:
    """Two of each on PostgreSQL and Redis. Whoever stops a process starts it again."""
    missing = [name for name, there in (("PostgreSQL", binaries()), ("redis-server", shutil.which("redis-server"))) if not there]
    if missing:
        assert not os.environ.get("CI"), f"CI needs {' and '.join(missing)}"
        pytest.skip(f"{' and '.join(missing)} not installed (Debian: apt install postgresql redis-server)")
    found = Pair(tmp_path_factory.mktemp("pair"), models)
    try:
        found.start()
        found.wait()
        yield found
    finally:
        found.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        if os.environ.get("CI"):
            raise AssertionError("CI needs Chromium: apt-get install chromium")
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=list(FLAGS), headless=True)
        yield found
        found.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """An empty browser profile of a candidate in Stockholm."""
    found = browser.new_context(viewport=DESKTOP, locale="sv-SE", timezone_id="Europe/Stockholm", reduced_motion="reduce")
    found.set_default_timeout(PATIENCE)
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab that fails the test on a script error."""
    found = context.new_page()
    found.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    return found
