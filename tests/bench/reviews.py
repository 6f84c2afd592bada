"""How the inbox of misunderstood messages bears 50,000 of them: `python -m tests.bench.reviews [sqlite]`.

Messages that the assistant asked back about, each in a conversation of its own: the questions of tests/nlu, varied as people
vary them. Measured in this process, with a private PostgreSQL server or a SQLite file beside it: the sweep that finds and
masks them, the grouping in its own process and the writing of groups, whole pages as a browser gets them (milliseconds,
median and worst), and one group labelled.
"""

from __future__ import annotations

import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from apiflask import APIFlask
from sqlalchemy import func, insert, select, text

from api import clock
from api.app import create_app
from api.config import ROOT, load_settings
from api.conversations.models import Conversation, Message
from api.db import db, is_sqlite, new_id
from api.migrations.run import upgrade
from api.reviews import queries, sweep, tasks
from api.reviews.models import Review, ReviewGroup
from tests import postgres
from tests.api.staff import Browser, add_staff, signed_in

MESSAGES, ROUNDS, PORTION = 50_000, 15, 2000
BEFORE = {
    "sv": ("", "hej, ", "Hej! ", "jag undrar ", "ursäkta men "),
    "fi": ("", "moi, ", "Hei! ", "kysyisin ", "anteeksi mutta "),
    "en": ("", "hi, ", "Hello! ", "just wondering ", "sorry but "),
}
AFTER = {
    "sv": ("", "?", " tack", " hos er", ", mvh"),
    "fi": ("", "?", " kiitos", " teillä", ", terveisin"),
    "en": ("", "?", " thanks", " with you", ", regards"),
}
INTENTS = ("ask_salary", "ask_benefits", "ask_company", "ask_location", "ask_working_hours", "out_of_scope")
BUTTONS = [{"title": "Lönen", "button": "/ask_salary"}, {"title": "Något annat", "button": '/deny{"offer": "meaning"}'}]


def main() -> None:
    """Measure one database, and say what came of it."""
    with tempfile.TemporaryDirectory(prefix="desk-reviews-") as folder:
        if "sqlite" in sys.argv[1:]:
            report("SQLite", _app(Path(folder), ""))
            return
        with postgres.server() as server:
            server.create("reviews")
            report("PostgreSQL", _app(Path(folder), server.url("reviews")))


def _app(folder: Path, url: str) -> APIFlask:
    secret = "a-secret-for-this-measurement-only-0123456789"
    return create_app(load_settings(env="demo", var=folder, database_url=url, redis_url="", rate_limit="off", log_level="ERROR", secret_key=secret))


def report(name: str, app: APIFlask) -> None:
    with app.app_context():
        upgrade()
        fill()
        used = [_used()]
        found, swept = _timed(sweep.run)
        used.append(_used())
        grouped = _timed(tasks.group)[1]
        used.append(_used())
        groups, wordings = db.session.execute(select(func.count(), select(func.count(Review.key.distinct())).scalar_subquery()).select_from(ReviewGroup)).one()
        db.session.rollback()
        _analyse()
        largest = [row.id for row in queries.listed(queries.Wanted(), 2)]
        db.session.rollback()
    me = add_staff(app, "Berit Bench", access="admin")
    browser = signed_in(app, me)
    print(f"{name}: {found} messages found and masked in {swept:.0f} s, of these {used[1] - used[0]:.0f} s processor;")
    print(f"{wordings} wordings grouped in {grouped:.0f} s, of these {used[2] - used[1]:.0f} s processor, into {groups} groups")
    print("| page | ms, median (worst) | processor |\n|---|---|---|")
    pages = {
        "inbox": "/studio/",
        "filtered": "/studio/?reason=fallback&language=fi",
        "searched": "/studio/?q=semester",
        "a group": f"/studio/reviews/{largest[0]}",
        "history": "/studio/reviews/history",
    }
    for page, path in pages.items():
        print(f"| {page} | {_page(browser, path)} |")
    print(f"| the largest group labelled, at once | {_label(browser, largest[0]):.0f} | |")
    with app.app_context():
        db.engine.dispose()


def _timed(act: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    result = act()
    return result, time.perf_counter() - begun


def _used() -> float:
    """Processor seconds of this process and those that it waited for."""
    mine, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def _page(browser: Browser, path: str) -> str:
    browser.get(path)
    times, used = [], time.process_time()
    for _ in range(ROUNDS):
        answer, took = _timed(lambda: browser.get(path))
        assert answer.status_code == 200
        times.append(1000 * took)
    return f"{median(times):.0f} ({max(times):.0f}) | {1000 * (time.process_time() - used) / ROUNDS:.0f}"


def _label(browser: Browser, group_id: str) -> float:
    html = browser.get(f"/studio/reviews/{group_id}").text
    ids = re.findall(r'name="review" value="([^"]+)" checked', html)
    answer, took = _timed(lambda: browser.post(f"/studio/reviews/{group_id}/label", {"review": ids, "decision": "intent", "intent": "ask_company"}))
    assert answer.status_code == 303
    return 1000 * took


def fill() -> None:
    """As many conversations, a minute apart."""
    chance, now = random.Random(1), clock.now()  # noqa: S311 - no secrets here
    questions = [
        (path.parent.name, line.split("\t")[1])
        for path in sorted((ROOT / "tests" / "nlu").glob("*/*.tsv"))
        for line in path.read_text("utf-8").splitlines()
        if "\t" in line and not line.startswith("#")
    ]
    for start in range(0, MESSAGES, PORTION):
        talks = [_talk(chance, questions, now - timedelta(minutes=MESSAGES - number)) for number in range(start, start + PORTION)]
        db.session.execute(insert(Conversation), [conversation for conversation, _ in talks])
        db.session.execute(insert(Message), [message for _, messages in talks for message in messages])
        db.session.commit()


def _talk(chance: random.Random, questions: list[tuple[str, str]], at: datetime) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    language, question = chance.choice(questions)
    if language not in BEFORE:
        language = "en"
    said = chance.choice(BEFORE[language]) + question.rstrip("?") + chance.choice(AFTER[language])
    id_, asked = new_id(), new_id()
    guesses = [{"intent": name, "confidence": 0.3 / (place + 1)} for place, name in enumerate(chance.sample(INTENTS, 3))]
    conversation = {"id": id_, "token_hash": "0" * 64, "language": language, "last_seq": 2, "created_at": at, "updated_at": at}
    common = {"conversation_id": id_, "language": language, "sent_at": at}
    return conversation, [
        common
        | {
            "id": asked,
            "seq": 1,
            "sender": "candidate",
            "text": said,
            "intent": "nlu_fallback",
            "confidence": chance.uniform(0.1, 0.6),
            "alternatives": guesses,
            "buttons": [],
            "in_reply_to": None,
        },
        common
        | {
            "id": new_id(),
            "seq": 2,
            "sender": "assistant",
            "text": "Menade du …?",
            "intent": None,
            "confidence": None,
            "alternatives": [],
            "buttons": BUTTONS,
            "in_reply_to": asked,
        },
    ]


def _analyse() -> None:
    if not is_sqlite():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


if __name__ == "__main__":
    main()
