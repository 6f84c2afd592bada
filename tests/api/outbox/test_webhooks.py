"""Webhooks: text that Slack and Teams take, signed as Standard Webhooks says, called once, tried again when it fails."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock, jobs
from api.config import ConfigError, load_settings
from api.db import db
from api.outbox.models import Webhook
from api.outbox.service import queue_webhook
from tests.api.conftest import MakeApp
from tests.api.serving import work

SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()


class Channel:
    """Somebody's webhook: notes what it gets and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answer = 200
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/services/T0/B0/xyz"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        channel = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                channel.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(channel.answer)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        return Handler

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def channel() -> Iterator[Channel]:
    found = Channel()
    yield found
    found.close()


def queue(app: APIFlask, text: str = "A candidate waits för dig", dedupe: str = "test:1") -> None:
    with app.app_context():
        queue_webhook(text, dedupe)
        db.session.commit()


def row(app: APIFlask) -> Webhook:
    with app.app_context():
        return db.session.scalars(select(Webhook)).one()


def test_a_call_is_made_once_and_signed(make_app: MakeApp, channel: Channel) -> None:
    app = make_app(webhook_url=channel.url, webhook_secret=SECRET)
    queue(app)
    queue(app)
    work(app)
    with app.app_context():
        jobs.run_now("outbox.call")
    assert len(channel.got) == 1
    headers, body = channel.got[0]
    assert json.loads(body) == {"text": "A candidate waits för dig"}
    assert headers["Content-Type"] == "application/json"
    sent = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(b"k" * 24, sent, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - clock.now().timestamp()) < 60
    assert (row(app).status, row(app).id) == ("sent", headers["webhook-id"])


@pytest.mark.parametrize("answer", [302, 404, 500])
def test_a_refused_call_is_made_again_later_with_the_same_id(make_app: MakeApp, channel: Channel, answer: int) -> None:
    app = make_app(webhook_url=channel.url)
    channel.answer = answer
    queue(app)
    work(app)
    work(app)
    assert (row(app).status, row(app).attempts, row(app).error) == ("due", 1, f"HTTP {answer}")
    channel.answer = 204
    with clock.at(clock.now() + timedelta(minutes=5)), app.app_context():
        jobs.run_now("outbox.call")
    assert (row(app).status, row(app).error) == ("sent", None)
    assert len(channel.got) == 2
    assert len({headers["webhook-id"] for headers, _ in channel.got}) == 1
    assert "webhook-signature" not in channel.got[0][0]


def test_nobody_there_is_no_error_but_patience_ends(make_app: MakeApp, channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    app = make_app(webhook_url=channel.url, log_level="WARNING")
    channel.close()
    queue(app)
    for days in range(20):
        with clock.at(clock.now() + timedelta(days=days)), app.app_context():
            jobs.run_now("outbox.call")
    assert (row(app).status, row(app).attempts) == ("failed", 17)
    assert "xyz" not in "".join(capsys.readouterr())
    assert "xyz" not in str(row(app).error)


def test_without_an_address_nothing_is_kept(make_app: MakeApp) -> None:
    app = make_app()
    queue(app)
    with app.app_context():
        assert db.session.scalars(select(Webhook)).all() == []


@pytest.mark.parametrize(
    "wrong", [{"webhook_url": "ftp://x"}, {"webhook_secret": "short"}, {"webhook_secret": "whsec_" + "?" * 20}, {"scan_command": "clamscan 'x"}]
)
def test_wrong_settings_are_told_at_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings(env="demo", **wrong)
    assert f"DESK_{next(iter(wrong)).upper()}" in str(refused.value)
    assert "short" not in str(refused.value)
