"""Archives of NLU models: in `DESK_VAR/models`, and in an S3-compatible store if one is set.

A file is used only if it has the SHA-256 that the database names: an archive can run code. Nothing here happens
inside a transaction.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from api.config import Settings
from api.promotion.live import Record

BLOCK = 1 << 20
CONNECT_SECONDS, READ_SECONDS = 5, 60


class NoArchive(Exception):
    """The archive is nowhere, or is not the one that is named; the message is a sentence."""


def folder(settings: Settings) -> Path:
    """Where archives lie on this machine."""
    return settings.var / "models"


def path(settings: Settings, model_id: str) -> Path:
    """An archive's file, which need not be there."""
    return folder(settings) / f"{model_id}.tar.gz"


def sha256(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def ensure(settings: Settings, model_id: str, expected: str) -> Path:
    """The archive on this machine, fetched from the store if it is not. Raises `NoArchive`."""
    file = path(settings, model_id)
    if file.exists() and hmac.compare_digest(sha256(file), expected):
        return file
    if not settings.model_store:
        raise NoArchive(f"{file.name} is not the archive that was trained." if file.exists() else f"{file.name} is missing.")
    return _fetch(settings, model_id, expected)


def _fetch(settings: Settings, model_id: str, expected: str) -> Path:
    folder(settings).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder(settings), prefix=".fetching-") as temporary:
        file = Path(temporary) / f"{model_id}.tar.gz"
        store = Store(settings)
        try:
            store.get(store.key(model_id), file)
        except Exception as error:
            raise NoArchive(f"{file.name} could not be fetched from the store ({type(error).__name__}).") from error
        if not hmac.compare_digest(sha256(file), expected):
            raise NoArchive(f"{file.name} in the store is not the archive that was trained.")
        file.chmod(0o444)
        return file.replace(path(settings, model_id))


def remove(settings: Settings, model_id: str) -> None:
    """Delete the file on this machine, if it is there."""
    path(settings, model_id).unlink(missing_ok=True)


def read_current(settings: Settings) -> Record | None:
    """What `current.json` says, for the tools that know no database."""
    try:
        return Record(**json.loads((folder(settings) / "current.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_current(settings: Settings, record: Record) -> None:
    """Name the live archive in `current.json`, at once or not at all."""
    own = folder(settings) / f".current-{os.getpid()}.json"
    own.write_text(json.dumps(asdict(record), indent=1) + "\n", "utf-8")
    own.replace(folder(settings) / "current.json")


class Store:
    """The S3-compatible store. Keys and secrets are found where boto3 looks: environment, files, the machine's role."""

    def __init__(self, settings: Settings) -> None:
        import boto3  # type: ignore[import-untyped]  # half a second: only where there is a store
        from botocore.config import Config  # type: ignore[import-untyped]

        where = urlsplit(settings.model_store)
        self.bucket, self.prefix = where.netloc, where.path.strip("/")
        config = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries={"max_attempts": 3, "mode": "standard"})
        self._s3: Any = boto3.client("s3", endpoint_url=settings.model_store_endpoint or None, config=config)

    def key(self, model_id: str) -> str:
        """Where an archive lies."""
        return "/".join(filter(None, (self.prefix, f"{model_id}.tar.gz")))

    def put(self, file: Path, key: str, sha256: str) -> None:
        """Store a file; its hash goes with it, for people who look."""
        self._s3.upload_file(str(file), self.bucket, key, ExtraArgs={"Metadata": {"sha256": sha256}})

    def get(self, key: str, file: Path) -> None:
        """Fetch into a file."""
        self._s3.download_file(self.bucket, key, str(file))

    def delete(self, key: str) -> None:
        """Delete; what is not there is no error."""
        self._s3.delete_object(Bucket=self.bucket, Key=key)
