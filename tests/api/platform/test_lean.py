from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path

import pytest

from api.config import ROOT
from api.lean import entry_points_read_once, without

# What only some desks, some people or some days need.
LATER = {
    "alembic", "authlib", "boto3", "holidays", "joserfc", "lingua", "opentelemetry", "phonenumbers", "psycopg", "rapidfuzz",
    "requests", "rich", "stdnum", "yaml", "zxcvbn",
}  # fmt: skip


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a package that can be imported and was not yet."""
    (tmp_path / "an_option_of_something.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return "an_option_of_something"


def test_a_package_is_unknown_to_what_is_imported_without_it_and_known_afterwards(package: str) -> None:
    with without(package), pytest.raises(ImportError):
        import_module(package)
    assert import_module(package).__name__ == package


def test_a_package_that_is_loaded_already_stays_known(package: str) -> None:
    loaded = import_module(package)
    with without(package):
        assert import_module(package) is loaded
    assert sys.modules[package] is loaded


def test_a_package_is_known_again_when_an_import_fails(package: str) -> None:
    with pytest.raises(ZeroDivisionError), without(package):
        raise ZeroDivisionError
    assert import_module(package).__name__ == package


def test_entry_points_are_the_same_and_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = metadata.entry_points(group="console_scripts")
    original, calls = metadata.entry_points, []

    def counted(**wanted: object) -> metadata.EntryPoints:
        calls.append(wanted)
        return original(**wanted)

    monkeypatch.setattr(metadata, "entry_points", counted)
    with entry_points_read_once():
        found = [metadata.entry_points(group="console_scripts"), metadata.entry_points(group="console_scripts")]
        none = metadata.entry_points(group="nobody.offers.this")
    assert len(expected) > 0 and found == [expected, expected] and not none
    assert calls == [{}] and metadata.entry_points is counted


def test_a_gateway_loads_nothing_that_only_some_need(tmp_path: Path) -> None:
    code = "import sys, api.gunicorn, api.wsgi, api.gevent_worker; print(*sorted({n.partition('.')[0] for n, m in sys.modules.items() if m}))"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DESK_", "OTEL_"))} | {"DESK_VAR": str(tmp_path)}
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split())
    assert loaded >= {"api", "gevent", "sqlalchemy"}
    assert loaded & LATER == set()
