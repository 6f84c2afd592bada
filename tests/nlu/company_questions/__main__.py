"""How well are questions understood that the company teaches itself? `python -m tests.nlu.company_questions [--keep FOLDER]`

From the repository's root, in the gateway's environment. Merges the ten questions of this folder into the
repository's data as the studio does, trains in the assistant's environment (a minute or two), and asks the wordings
of `<language>/blind.tsv`, which were written before the examples and not held against them; those few that stand
among the examples by chance are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.config import LANGUAGES, ROOT
from api.examples.corpus import StudioData, Taught
from api.examples.folding import fold
from api.examples.merge import Merged, write_files

HERE = Path(__file__).parent
PYTHON = ROOT / "nlu" / ".venv" / "bin" / "python"
GOAL = 0.65
FALLBACK = "nlu_fallback"


@dataclass(frozen=True)
class Asked:
    """A blind wording, what it asks, and what the assistant made of it."""

    language: str
    intent: str
    text: str
    understood: str
    offered: list[str]


def lines(language: str, name: str) -> Iterator[tuple[str, str]]:
    """(intent, text) of a file of this folder."""
    for line in (HERE / language / f"{name}.tsv").read_text("utf-8").splitlines():
        intent, _, text = line.partition("\t")
        yield intent, text


def data() -> StudioData:
    """The questions as the studio would hold them."""
    taught = [Taught("", code, fold(text), text, intent, "studio") for code in LANGUAGES for intent, text in lines(code, "examples")]
    return StudioData(taught, questions={row.intent or "": "ready" for row in taught})


def train(merged: Merged, models: Path) -> dict[str, str]:
    """Train as the worker does; the record of the archive."""
    inputs = ["--config", str(merged.config), "--domain", str(merged.domain), "--data", *map(str, merged.data)]
    _run(["-m", "nlu.train", "--models", str(models), *inputs], "")
    found: dict[str, str] = json.loads((models / "current.json").read_text("utf-8"))
    return found


def ask(models: Path, record: dict[str, str]) -> list[Asked]:
    """What the assistant makes of the blind wordings."""
    taught = {(code, fold(text)) for code in LANGUAGES for _, text in lines(code, "examples")}
    wanted = [(code, intent, text) for code in LANGUAGES for intent, text in lines(code, "blind") if (code, fold(text)) not in taught]
    written = "".join(json.dumps({"text": text, "language": code}) + "\n" for code, _, text in wanted)
    archive = models / f"{record['id']}.tar.gz"
    said = _run(["-m", "nlu.understand", "--archive", str(archive), "--sha256", record["sha256"]], written)
    answers = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    return [Asked(*one, answer["intent"], [a["intent"] for a in answer["alternatives"][:3]]) for one, answer in zip(wanted, answers, strict=True)]


def _run(arguments: list[str], given: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false"}
    ran = subprocess.run([str(PYTHON), *arguments], cwd=ROOT, env=environment, input=given, capture_output=True, text=True)
    if ran.returncode:
        sys.exit(ran.stderr[-2000:])
    return ran.stdout


def report(asked: list[Asked]) -> bool:
    """Print the shares, and what was not understood. Whether the goal is reached in each language."""
    reached = True
    print("| language | wordings | right | right or offered | asked back | taken for something else |")
    print("|---|---:|---:|---:|---:|---:|")
    for code in LANGUAGES:
        some = [a for a in asked if a.language == code]
        right = sum(a.understood == a.intent for a in some) / len(some)
        offered = sum(a.understood == a.intent or (a.understood == FALLBACK and a.intent in a.offered) for a in some) / len(some)
        back = sum(a.understood == FALLBACK for a in some) / len(some)
        print(f"| {code} | {len(some)} | {right:.3f} | {offered:.3f} | {back:.3f} | {1 - right - back:.3f} |")
        reached &= right >= GOAL
    wrong = [a for a in asked if a.understood != a.intent]
    for intent, many in Counter(a.intent for a in wrong).most_common():
        print(f"\n{intent}: {many} not understood")
        for a in wrong:
            if a.intent == intent:
                print(f"  {a.language}  {a.text}  -> {a.understood} {a.offered if a.understood == FALLBACK else ''}")
    return reached


def main() -> int:
    """0 if the goal is reached in each language."""
    parser = argparse.ArgumentParser(prog="python -m tests.nlu.company_questions", description=__doc__)
    parser.add_argument("--keep", type=Path, help="keep the trained archive in this folder, or use the one that is there")
    keep = parser.parse_args().keep
    with tempfile.TemporaryDirectory() as scratch:
        models = keep or Path(scratch) / "models"
        if not (models / "current.json").exists():
            models.mkdir(parents=True, exist_ok=True)
            folder = Path(scratch) / "data"
            folder.mkdir()
            train(write_files(folder, data()), models)
        record = json.loads((models / "current.json").read_text("utf-8"))
        return 0 if report(ask(models, record)) else 1


if __name__ == "__main__":
    sys.exit(main())
