"""Files of recruiters: what they are is looked at, not what they are called; kept apart, sent once, deleted with the rest."""

from __future__ import annotations

import io
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api import clock
from api.conversations.models import Attachment
from api.db import db
from api.errors import Invalid, NotFound
from api.handoff import attachments, claims, replies
from api.privacy import retention
from tests.api.assistant import FakeAssistant
from tests.api.candidate import Candidate, over_flask
from tests.api.conftest import MakeApp
from tests.api.handoff.recruiters import act
from tests.api.staff import add_staff

PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
SCANNER = "import sys; data = open(sys.argv[1], 'rb').read(); sys.exit(1 if b'EICAR' in data else 2 if b'BROKEN' in data else 0)"


@pytest.fixture
def ebba(app: APIFlask) -> str:
    return add_staff(app)


@pytest.fixture
def candidate(app: APIFlask, client: FlaskClient, ebba: str) -> Candidate:
    """Somebody whom Ebba has claimed."""
    found = Candidate(over_flask(client), "en")
    act(app, claims.claim, ebba, found.id)
    return found


def store(app: APIFlask, staff_id: str, conversation_id: str, data: bytes = PDF, name: str = "Contract.pdf") -> Attachment:
    found: Attachment = act(app, attachments.store, staff_id, conversation_id, name, io.BytesIO(data))
    return found


def kept(app: APIFlask) -> list[Path]:
    with app.app_context():
        return sorted(attachments.folder().iterdir())


def test_a_file_goes_out_with_its_message_and_can_be_fetched_then(app: APIFlask, candidate: Candidate, ebba: str) -> None:
    file, picture = store(app, ebba, candidate.id), store(app, ebba, candidate.id, PNG, "C:\\Bilder\\karta.PNG")
    with app.app_context(), pytest.raises(NotFound):
        attachments.open_for(candidate.id, file.id)
    stored = act(app, replies.reply, ebba, candidate.id, "c1", "", [file.id, picture.id, file.id])
    assert [a["name"] for a in stored.attachments] == ["Contract.pdf", "karta.PNG"]
    assert stored.attachments[0] == {"id": file.id, "name": "Contract.pdf", "mime": "application/pdf", "size": len(PDF)}
    with app.app_context():
        row, path = attachments.open_for(candidate.id, file.id)
        assert (row.message_id, path.read_bytes(), path.name) == (stored.id, PDF, file.id)
        assert path.stat().st_mode & 0o077 == 0
        assert "static" not in str(path)
        with pytest.raises(NotFound):
            attachments.open_for("another-conversation", file.id)
    with pytest.raises(Invalid):
        act(app, replies.reply, ebba, candidate.id, "c2", "Again", [file.id])


@pytest.mark.parametrize(
    ("data", "name", "called"),
    [
        (PDF, "../../etc/passwd", "passwd.pdf"), (PDF, "a" * 300 + ".pdf", "a" * 187 + ".pdf"), (b"\xff\xd8\xff\xe0", "me.jpeg", "me.jpeg"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "x\x00\u202e.exe", "x.exe.webp"), (PDF, "", "file.pdf"),
    ],
)  # fmt: skip
def test_a_name_is_made_harmless(app: APIFlask, candidate: Candidate, ebba: str, data: bytes, name: str, called: str) -> None:
    assert store(app, ebba, candidate.id, data, name).name == called


def test_what_is_no_pdf_or_image_or_too_large_is_not_kept(app: APIFlask, candidate: Candidate, ebba: str) -> None:
    for data in (b"", b"MZ\x90\x00", b"<svg onload='x'>", b"<html>%PDF-1.7", b"RIFF....WAVE"):
        with pytest.raises(Invalid):
            store(app, ebba, candidate.id, data)
    with pytest.raises(attachments.TooLarge):
        store(app, ebba, candidate.id, PDF + bytes(attachments.LARGEST))
    assert store(app, ebba, candidate.id, PDF + bytes(attachments.LARGEST - len(PDF))).size == attachments.LARGEST
    assert len(kept(app)) == 1


def test_only_who_has_the_conversation_sends_files_there(app: APIFlask, candidate: Candidate, client: FlaskClient, ebba: str) -> None:
    jonas, other = add_staff(app, "Jonas Lindqvist"), Candidate(over_flask(client), "en")
    for person, conversation in ((jonas, candidate.id), (ebba, other.id)):
        with pytest.raises(claims.NotYours):
            store(app, person, conversation)
    with pytest.raises(NotFound):
        store(app, ebba, "no-such-conversation")
    assert kept(app) == []
    file = store(app, ebba, candidate.id)
    act(app, claims.claim, ebba, other.id)
    with pytest.raises(Invalid):
        act(app, replies.reply, ebba, other.id, "c1", "Hi", [file.id])
    act(app, claims.transfer, ebba, candidate.id, jonas)
    with pytest.raises(Invalid):
        act(app, replies.reply, jonas, candidate.id, "c1", "Hi", [file.id])


def test_the_scanner_has_the_last_word(make_app: MakeApp, fake_assistant: FakeAssistant, tmp_path: Path) -> None:
    script = tmp_path / "scan it.py"
    script.write_text(SCANNER)
    app = make_app(assistant_url=fake_assistant.url, scan_command=f"{sys.executable} '{script}'")
    ebba, candidate = add_staff(app), Candidate(over_flask(app.test_client()), "en")
    act(app, claims.claim, ebba, candidate.id)
    assert store(app, ebba, candidate.id).status == "clean"
    with pytest.raises(attachments.Unwanted):
        store(app, ebba, candidate.id, PDF + b"EICAR")
    with pytest.raises(attachments.NotScanned):
        store(app, ebba, candidate.id, PDF + b"BROKEN")
    assert len(kept(app)) == 1
    app = make_app(assistant_url=fake_assistant.url, scan_command="/no/such/scanner")
    with pytest.raises(attachments.NotScanned):
        store(app, ebba, candidate.id)
    assert len(kept(app)) == 1


def test_what_was_never_sent_and_what_lost_its_conversation_is_deleted(app: APIFlask, candidate: Candidate, client: FlaskClient, ebba: str) -> None:
    sent, unsent = store(app, ebba, candidate.id), store(app, ebba, candidate.id, PNG)
    act(app, replies.reply, ebba, candidate.id, "c1", "Here", [sent.id])
    with app.app_context():
        attachments.sweep()
    assert len(kept(app)) == 2
    later = clock.now() + timedelta(days=2)
    with clock.at(later), app.app_context():
        attachments.sweep()
        assert list(db.session.scalars(select(Attachment.id))) == [sent.id]
    assert [path.name for path in kept(app)] == [sent.id]
    assert unsent.id != sent.id
    os.utime(kept(app)[0], (later.timestamp(), later.timestamp()))
    with clock.at(later + timedelta(days=366)), app.app_context():
        retention.run()
        assert list(db.session.scalars(select(Attachment.id))) == []
    assert kept(app) == []
