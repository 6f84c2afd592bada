"""Known vulnerabilities in what the locks pin, asked of PyPI's advisory service.

`make check` asks about the gateway, which is what the world reaches; `make audit` about the assistant, too, whose
packages are as old as Rasa's pins. Where nobody answers, the first goes on and says so, the second fails. What was looked at and found harmless here stands in audit_accepted.txt, with its reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
ACCEPTED = Path(__file__).with_name("audit_accepted.txt")
LEFT_OUT = ("unneeded.txt", "unneeded-when-serving.txt")
PROJECTS = {"gateway": ROOT, "assistant": ROOT / "nlu"}
UNANSWERED = 75  # "try again later"


class CannotAsk(Exception):
    """The service gave no answer; that is no proof of anything."""


def main(projects: Sequence[str]) -> int:
    """0: nothing known; 1: something is; 75: nobody could be asked."""
    try:
        _ask(["flask==3.1.3"])  # before all are asked about: whether there is an answer at all
        found = [line for project in projects or PROJECTS for line in _audit(project)]
    except CannotAsk as error:
        print(f"Not audited: {error}", file=sys.stderr)
        return UNANSWERED
    print("\n".join(found) or "Nothing known.")
    return 1 if found else 0


def _audit(name: str) -> list[str]:
    """One line a vulnerability. Of the assistant, what its image leaves out is left out here, too."""
    command = [os.environ.get("UV", "uv"), "export", "--frozen", "--no-dev", "--no-hashes", "--no-emit-project", "--quiet"]
    exported = subprocess.run(command, cwd=PROJECTS[name], capture_output=True, text=True, check=True).stdout
    absent = {word for file in LEFT_OUT for word in (ROOT / "docker" / file).read_text().split()} if name == "assistant" else set()
    pinned = [line.strip() for line in exported.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    pinned = [line for line in pinned if line.partition("==")[0] not in absent]
    faults = []
    for package in _ask(pinned):
        for known in package["vulns"]:
            mended = ", ".join(known["fix_versions"]) or "nowhere yet"
            faults.append(f"{name}: {package['name']} {package['version']}: {known['id']} (mended in {mended})")
    return faults


def _ask(pinned: list[str]) -> list[dict[str, Any]]:
    """pip-audit's findings for exact versions. Raises `CannotAsk` if it was told nothing of any of them."""
    ignored = [argument for word in _accepted() for argument in ("--ignore-vuln", word)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text("\n".join(pinned) + "\n")
        command = [str(BIN / "pip-audit"), "-r", str(file), "--no-deps", "--disable-pip", "-f", "json", "--progress-spinner", "off", *ignored]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        raise CannotAsk((done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]) from None
    unanswered = [p["name"] for p in packages if "skip_reason" in p]
    if unanswered:
        raise CannotAsk(f"the advisory service says nothing of {', '.join(unanswered[:5])}")
    return packages


def _accepted() -> list[str]:
    lines = [line.split("#")[0].split() for line in ACCEPTED.read_text().splitlines()]
    return [words[0] for words in lines if words]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
