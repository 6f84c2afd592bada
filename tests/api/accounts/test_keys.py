"""`desk keys`: made, listed, ended; the key itself is shown once."""

from __future__ import annotations

from apiflask import APIFlask
from sqlalchemy import select

from api.accounts.cli import keys
from api.accounts.models import ApiKey
from api.accounts.service import key_for
from api.audit.models import AuditEntry
from api.db import db


def test_a_key_is_printed_once_and_only_its_hash_is_kept(app: APIFlask) -> None:
    runner = app.test_cli_runner(env={"COLUMNS": "150"})
    secret = runner.invoke(keys, ["add", "Our ATS"]).stdout.strip()
    with app.app_context():
        kept = db.session.scalars(select(ApiKey)).one()
        assert secret.startswith(kept.prefix) and secret not in str(vars(kept))
        found = key_for(secret)
        assert found is not None and found.id == kept.id
    listed = runner.invoke(keys, ["list"]).output
    assert "Our ATS" in listed and secret[:12] in listed and secret[:13] not in listed


def test_an_ended_key_is_no_key(app: APIFlask) -> None:
    runner = app.test_cli_runner()
    secret = runner.invoke(keys, ["add", "Our ATS"]).stdout.strip()
    assert runner.invoke(keys, ["end", secret[:12]]).exit_code == 0
    with app.app_context():
        assert key_for(secret) is None
        assert list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.at))) == ["key.added", "key.ended"]


def test_which_key_to_end_must_be_clear(app: APIFlask) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(keys, ["end", "desk_"]).exit_code == 1
    for _ in range(2):
        runner.invoke(keys, ["add", "Our ATS"])
    result = runner.invoke(keys, ["end", "desk_"])
    assert result.exit_code == 1 and "more than one" in result.output
    assert runner.invoke(keys, ["add", " "]).exit_code == 2
