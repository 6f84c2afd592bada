"""Trains the assistant: `python -m nlu.train [--force]`, from the root of the repository.

The same as `rasa train --config nlu/config.yml --domain nlu/domain --data nlu/data stories`, but it
says how far it is, keeps Rasa's caches out of the way, and does nothing when nothing has changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

KILLED = 137  # as a shell says that the system has ended a process
Say = Callable[[str, int], None]


class TrainingFailed(Exception):
    """The inputs cannot be trained; the message is one sentence for whoever ran it."""


@dataclass(frozen=True)
class Inputs:
    """What the trained archive is made from."""

    config: Path = Path("nlu/config.yml")
    domain: Path = Path("nlu/domain")
    data: tuple[Path, ...] = (Path("nlu/data"), Path("stories"))
    code: tuple[Path, ...] = (Path("nlu/components"), Path("nlu/importer.py"))

    def hash(self) -> str:
        """SHA-256 over the names and contents of every input file, and of Rasa's version."""
        digest = hashlib.sha256(b"rasa 3.6.21\n")
        for path in (self.config, self.domain, *self.data, *self.code):
            for file in [path] if path.is_file() else sorted(path.rglob("*")):
                if file.suffix in {".yml", ".yaml", ".tsv", ".py"}:
                    digest.update(f"{file.as_posix()}\n".encode())
                    digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()

    def check(self) -> None:
        """Raise for what is missing, before anything slow starts."""
        for path in (self.config, self.domain, *self.data):
            if not path.exists():
                raise TrainingFailed(f"{path} is missing; run this from the repository's root.")


@dataclass(frozen=True)
class Trained:
    """What `current.json` says of the newest archive."""

    id: str
    sha256: str
    inputs_hash: str
    trained_at: str


def current(models: Path) -> Trained | None:
    """The newest archive, when its record and its file are there and belong together."""
    try:
        trained = Trained(**json.loads((models / "current.json").read_text("utf-8")))
        archive = models / f"{trained.id}.tar.gz"
        return trained if file_sha256(archive) == trained.sha256 else None
    except (OSError, ValueError, TypeError):
        return None


def models_folder() -> Path:
    """Where archives lie: below what the desk leaves behind, `DESK_VAR` (default `var`)."""
    return Path(os.environ.get("DESK_VAR", "var")) / "models"


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def train(inputs: Inputs, models: Path, force: bool, say: Say, put_live: bool = True, inputs_hash: str | None = None) -> Trained:
    """Train unless the newest archive is made of the same inputs; returns the newest archive.

    Without `put_live` a candidate is made: always trained, and `current.json` stays as it is. `inputs_hash` stands for
    inputs whose paths mean nothing, such as those in a temporary folder.
    """
    inputs.check()
    inputs_hash = inputs_hash or inputs.hash()
    newest = current(models)
    if newest and newest.inputs_hash == inputs_hash and put_live and not force:
        say("nothing has changed", 100)
        return newest
    now = datetime.now(timezone.utc)
    name = f"{now:%Y%m%d-%H%M%S}-{inputs_hash[:8]}"
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".training-") as folder:
        archive = Path(folder) / f"{name}.tar.gz"
        _train_archive(inputs, archive, say)
        trained = Trained(name, file_sha256(archive), inputs_hash, now.isoformat())
        archive.chmod(0o444)
        archive.replace(models / archive.name)
        if put_live:
            record = Path(folder) / "current.json"
            record.write_text(json.dumps(asdict(trained), indent=1) + "\n", "utf-8")
            record.replace(models / "current.json")
    say("done", 100)
    return trained


def _train_archive(inputs: Inputs, archive: Path, say: Say) -> None:
    say("loading Rasa", 1)
    from nlu.rasa_training import train_archive

    train_archive(inputs, archive, say)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 when `var/models/current.json` is up to date afterwards."""
    parser = argparse.ArgumentParser(prog="python -m nlu.train", description=__doc__)
    parser.add_argument("--force", action="store_true", help="train though nothing has changed")
    parser.add_argument("--models", type=Path, default=models_folder())
    parser.add_argument("--domain", type=Path, default=Inputs.domain)
    parser.add_argument("--config", type=Path, default=Inputs.config)
    parser.add_argument("--data", type=Path, nargs="+", default=list(Inputs.data))
    parser.add_argument("--no-current", action="store_true", help="make a candidate: current.json stays as it is; the last line tells of it as JSON")
    parser.add_argument("--inputs-hash", help="what to note as the inputs' hash, instead of computing it")
    parser.add_argument("--with-stdin", action="store_true", help="stop when standard input ends, that is with whoever started this")
    options = parser.parse_args(arguments)
    if options.with_stdin:
        stop_with_stdin()
    inputs = Inputs(options.config, options.domain, tuple(options.data))
    started = time.monotonic()

    def say(stage: str, percent: int) -> None:
        print(f"{stage}, {percent} %, {time.monotonic() - started:.1f} s", flush=True)

    try:
        trained = train(inputs, options.models, options.force, say, not options.no_current, options.inputs_hash)
    except (TrainingFailed, OSError) as error:
        print(f"Training failed: {error}", file=sys.stderr)
        return 1
    except Exception as error:
        if not isinstance(error.__cause__ or error, MemoryError):  # Rasa wraps what its components raise
            raise
        print("There was not enough memory for the training.", file=sys.stderr)
        return KILLED
    print(json.dumps(asdict(trained)) if options.no_current else f"{options.models / trained.id}.tar.gz")
    return 0


def stop_with_stdin() -> None:
    """End this process when its standard input ends: a worker that dies leaves no training behind."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os._exit(75)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    from nlu.quiet import silence_libraries

    silence_libraries()
    sys.exit(main())
