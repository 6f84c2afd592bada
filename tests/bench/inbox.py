"""How long the desk's pages take with 5,000 conversations, 100,000 messages and 5,000 applications: `python -m tests.bench.inbox [sqlite]`.

Whole pages as a browser gets them (gateway in this process, a private PostgreSQL server or a SQLite file beside it):
milliseconds, the median and the worst of the rounds, of these the gateway's processor time, and the database's statements.
With nothing in it for comparison.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from apiflask import APIFlask
from sqlalchemy import insert, select, text

from api import clock
from api.app import create_app
from api.candidates.models import Candidate
from api.config import load_settings
from api.conversations.models import Conversation, Message
from api.db import db, is_sqlite, new_id
from api.demo.load import load_if_empty
from api.handoff.models import ConversationLabel, Handoff
from api.migrations.run import upgrade
from api.roles.models import Role
from tests import postgres
from tests.api.staff import Browser, add_staff, signed_in
from tests.api.statements import counted
from tests.bench import ledger

CONVERSATIONS, MESSAGES_EACH, ROUNDS = 5000, 20, 15
OWNERS = ("queue", "recruiter", "assistant", "assistant", "assistant")
NAMES = ["Anna", "Oskar", "Aino", "Eva", "Mikko", "Priya", "Sara", "Jonas"]
WORDS = [
    "lön",
    "jobb",
    "intervju",
    "hej",
    "tack",
    "ansökan",
    "när",
    "svar",
    "kontor",
    "distans",
    "arbetstid",
    "semester",
    "avtal",
    "erfarenhet",
    "roll",
    "team",
    "chef",
    "start",
    "praktik",
    "betyg",
]
PAGES = {
    "waiting": "/desk/", "mine": "/desk/?view=mine", "with the assistant": "/desk/?view=assistant", "resolved": "/desk/?view=resolved",
    "filtered": "/desk/?view=assistant&language=fi&verified=yes&label=visa", "search: a name": "/desk/?q=aino", "search: part of a word": "/desk/?q=semes",
    "search: two words": "/desk/?q=oskar+praktik", "search: nothing": "/desk/?q=xyzzy",
    "a conversation": "/desk/conversations/{}", "promises": "/desk/promises?view=week&whose=all", "promises: measures": "/desk/promises/measures?days=365",
}  # fmt: skip


def main() -> None:
    """Measure one database, and say what came of it."""
    with tempfile.TemporaryDirectory(prefix="desk-inbox-") as folder:
        if "sqlite" in sys.argv[1:]:
            _report("SQLite", _app(Path(folder), ""))
            return
        with postgres.server() as server:
            server.create("inbox")
            _report("PostgreSQL", _app(Path(folder), server.url("inbox")))


def _app(folder: Path, url: str) -> APIFlask:
    secret = "a-secret-for-this-measurement-only-0123456789"
    return create_app(load_settings(env="demo", var=folder, database_url=url, redis_url="", rate_limit="off", log_level="ERROR", secret_key=secret))


def _report(name: str, app: APIFlask) -> None:
    with app.app_context():
        upgrade()
        load_if_empty()
        engine = db.engine
    me = add_staff(app, "Berit Bench", team="Sweden")
    browser = signed_in(app, me)
    before = {page: _measure(app, browser, path) for page, path in PAGES.items() if "{}" not in path}
    fill(app, me)
    with app.app_context():
        waiting = db.session.scalars(select(Conversation.id).where(Conversation.owner == "queue")).first()
    print(f"{name}: {CONVERSATIONS} conversations, {CONVERSATIONS * MESSAGES_EACH} messages; ms: median (worst), processor; statements")
    print("| page | nothing in it | processor | statements | full | processor | statements |\n|---|---|---|---|---|---|---|")
    for page, path in PAGES.items():
        empty = _cells(before[page]) if page in before else " – | – | – "
        print("|".join(("", f" {page} ", empty, _cells(_measure(app, browser, path.format(waiting))), "")))
    engine.dispose()


def _cells(measured: tuple[list[float], float, int]) -> str:
    times, processor, statements = measured
    return f" {median(times):.0f} ({max(times):.0f}) | {processor:.0f} | {statements} "


def _measure(app: APIFlask, browser: Browser, path: str) -> tuple[list[float], float, int]:
    browser.get(path)
    times, used = [], time.process_time()
    with counted(app) as said:
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            assert browser.get(path).status_code == 200
            times.append(1000 * (time.perf_counter() - begun))
    return times, 1000 * (time.process_time() - used) / ROUNDS, round(len(said) / ROUNDS)


def fill(app: APIFlask, staff_id: str) -> None:
    """A busy year: a fifth waits, a fifth is with a person, the others are with the assistant or resolved."""
    chance, now = random.Random(1), clock.now()  # noqa: S311 - no secrets here
    with app.app_context():
        refs = list(db.session.scalars(select(Role.ref)))
        people = [{"id": new_id(), "email": f"c{n}@example.com", "name": f"{chance.choice(NAMES)} N{n}"} for n in range(CONVERSATIONS // 2)]
        db.session.execute(insert(Candidate), people)
        talks = [_talk(chance, number, now - timedelta(minutes=7 * number), refs, people, staff_id) for number in range(CONVERSATIONS)]
        db.session.execute(insert(Conversation), talks)
        for talk in talks:
            db.session.execute(insert(Message), [_message(chance, talk, seq) for seq in range(1, MESSAGES_EACH + 1)])
        db.session.execute(insert(Handoff), [_handoff(talk) for talk in talks if talk["owner"] != "assistant"])
        labels = [{"conversation_id": talk["id"], "label": chance.choice(("visa", "senior", "it"))} for talk in talks[::3]]
        db.session.execute(insert(ConversationLabel), labels)
        ledger.fill(CONVERSATIONS, now)
        db.session.commit()
        if not is_sqlite():
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))


def _talk(chance: random.Random, number: int, at: datetime, refs: list[str], people: list[dict[str, Any]], staff_id: str) -> dict[str, Any]:
    owner = OWNERS[number % len(OWNERS)]
    known, ended = number % 2 == 0, owner == "recruiter" and number % 3 > 0
    return {
        "id": new_id(), "token_hash": "0" * 64, "language": chance.choice(("sv", "fi", "en")), "page_role": chance.choice([*refs, None]), "owner": owner,
        "staff_id": staff_id if owner == "recruiter" else None, "candidate_id": people[number // 2]["id"] if known else None,
        "verified_at": at if known else None, "last_seq": MESSAGES_EACH, "created_at": at, "updated_at": at, "resolved_at": at if ended else None,
        "resolved_by": staff_id if ended else None,
    }  # fmt: skip


def _message(chance: random.Random, talk: dict[str, Any], seq: int) -> dict[str, Any]:
    other = "recruiter" if talk["owner"] == "recruiter" else "assistant"
    return {
        "id": new_id(), "conversation_id": talk["id"], "seq": seq, "sender": other if seq % 2 else "candidate", "text": " ".join(chance.choices(WORDS, k=12)),
        "language": talk["language"], "sent_at": talk["created_at"] + timedelta(seconds=seq),
    }  # fmt: skip


def _handoff(talk: dict[str, Any]) -> dict[str, Any]:
    at, held = talk["created_at"], talk["owner"] == "recruiter"
    return {
        "id": new_id(), "conversation_id": talk["id"], "reason": "asked_for_person", "requested_at": at, "reply_due_at": at + timedelta(hours=1),
        "claimed_by": talk["staff_id"], "claimed_at": at if held else None, "closed_at": talk["resolved_at"],
    }  # fmt: skip


if __name__ == "__main__":
    main()
