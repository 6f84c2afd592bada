"""The audit of what the locks pin, with a stand-in for pip-audit, which is asked over the network."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests import check
from tests.checks import audit

KNOWN = {"id": "PYSEC-2026-1", "fix_versions": ["9.9"]}


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Has pip-audit and uv answer so: vulnerabilities by package, or one reason for saying nothing."""

    def answer(vulnerabilities: dict[str, list], reason: str | None = None) -> None:
        said = {"skip_reason": reason} if reason else {}
        packages = [{"name": name, "version": "1.0", "vulns": found} | said for name, found in vulnerabilities.items()]
        _program(tmp_path / "pip-audit", json.dumps({"dependencies": packages}))
        _program(tmp_path / "uv", "".join(f"{name}==1.0\n" for name in vulnerabilities))

    monkeypatch.setattr(audit, "BIN", tmp_path)
    monkeypatch.setenv("UV", str(tmp_path / "uv"))
    return answer


def _program(path: Path, prints: str) -> None:
    path.write_text(f"#!{sys.executable}\nprint({prints!r}, end='')\n")
    path.chmod(0o755)


def test_what_is_known_fails_and_is_named(answers, capsys):
    answers({"flask": [KNOWN], "click": []})
    assert audit.main(["gateway"]) == 1
    assert capsys.readouterr().out == "gateway: flask 1.0: PYSEC-2026-1 (mended in 9.9)\n"


def test_nothing_known_is_well(answers, capsys):
    answers({"flask": [], "click": []})
    assert audit.main([]) == 0
    assert capsys.readouterr().out == "Nothing known.\n"


def test_silence_is_neither(answers, capsys):
    answers({"flask": []}, reason="not found")
    assert audit.main([]) == audit.UNANSWERED
    assert "says nothing of flask" in capsys.readouterr().err


@pytest.mark.parametrize(("ends", "status", "said"), [(0, 0, "ok"), (1, 1, "1 of 1 checks failed: asks"), (75, 0, "Not checked, as nobody answered: asks")])
def test_a_check_that_nobody_answers_is_said_and_fails_nothing(ends, status, said, monkeypatch, capsys):
    monkeypatch.setattr(check, "CHECKS", [("asks", [sys.executable, "-c", f"raise SystemExit({ends})"])])
    assert check.main() == status
    assert said in capsys.readouterr().out
