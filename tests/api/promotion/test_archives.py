"""Archives in a store like S3: only the one that was trained is ever used, and what is too old is let go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from apiflask import APIFlask
from moto.server import ThreadedMotoServer
from sqlalchemy import select

from api import clock
from api.config import ConfigError, load_settings
from api.db import db
from api.promotion import archives, service, tasks
from api.promotion.models import ModelArchive, Promotion
from api.training.models import NluModel
from tests.api.conftest import MakeApp
from tests.api.promotion.nlu_models import add_model, admin


@pytest.fixture(scope="module")
def store_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    store = boto3.client("s3", endpoint_url=url, aws_access_key_id="x", aws_secret_access_key="x", region_name="eu-north-1")
    store.create_bucket(Bucket="desk-models", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    yield url
    server.stop()


@pytest.fixture
def app(make_app: MakeApp, store_url: str, monkeypatch: pytest.MonkeyPatch) -> APIFlask:
    """A gateway with a bucket."""
    for name, value in {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-north-1"}.items():
        monkeypatch.setenv(name, value)
    return make_app(model_store="s3://desk-models/nlu", model_store_endpoint=store_url, models_kept=2)


def trained(app: APIFlask, name: str, status: str = "kept", days: int = 0) -> Path:
    """An NluModel with its archive; gives the file."""
    file = archives.path(app.config["SETTINGS"], name)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(f"archive {name}".encode())
    add_model(name, status, sha256=archives.sha256(file), trained_at=clock.now() - timedelta(days=days))
    return file


def test_what_is_stored_comes_back_unchanged_or_not_at_all(context: APIFlask, store_url: str) -> None:
    settings = context.config["SETTINGS"]
    file = trained(context, "one", "live")
    tasks.keep_archives()
    tasks.keep_archives()
    row = db.session.scalars(select(ModelArchive)).one()
    assert (row.model_id, row.key, row.size) == ("one", "nlu/one.tar.gz", 11)
    sha256 = archives.sha256(file)
    file.unlink()
    assert archives.ensure(settings, "one", sha256).read_bytes() == b"archive one"
    file.unlink()
    boto3.client("s3", endpoint_url=store_url).put_object(Bucket="desk-models", Key="nlu/one.tar.gz", Body=b"another")
    with pytest.raises(archives.NoArchive, match="not the archive that was trained"):
        archives.ensure(settings, "one", sha256)
    assert not file.exists()
    with pytest.raises(archives.NoArchive, match="could not be fetched"):
        archives.ensure(settings, "never", sha256)
    assert [p.name for p in file.parent.iterdir()] == []


def test_only_so_many_are_kept_and_never_one_that_something_is_done_with(context: APIFlask) -> None:
    sara = admin(context)
    trained(context, "live", "live", days=9)
    files = {name: trained(context, name, days=days) for name, days in (("a", 2), ("b", 3), ("c", 4), ("d", 5), ("e", 6))}
    now = clock.now()
    db.session.add(Promotion(model_id="d", kind="promotion", status="live", asked_at=now, done_at=now))
    service.roll_back(sara, "e")
    db.session.commit()
    tasks.keep_archives()
    db.session.rollback()
    gone = set(db.session.scalars(select(NluModel.id).where(NluModel.status == "gone")))
    assert gone == {"b", "c"}
    assert {name for name, file in files.items() if file.exists()} == {"a", "d", "e"}
    service.withdraw(sara, db.session.scalars(select(Promotion.id).where(Promotion.under_way.is_(True))).one())
    db.session.commit()
    tasks.keep_archives()
    assert not files["e"].exists()
    assert set(db.session.scalars(select(ModelArchive.model_id))) == {"live", "a", "d"}


def test_a_store_must_be_named_like_one() -> None:
    for wrong in ("models", "s3://", "s3://Bucket", "https://bucket.example"):
        with pytest.raises(ConfigError, match="^DESK_MODEL_STORE"):
            load_settings(model_store=wrong)
