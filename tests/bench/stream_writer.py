"""Another process of the desk that stores messages, as a second gateway or a worker does: `python -m tests.bench.stream_writer`.

Orders as JSON lines on its standard input: `{"conversations": […], "seconds": …}` stores one message in each, spread evenly over the
time, and answers with the moment of each commit (`time.monotonic`, taken before anybody is woken). Settings come by the environment.
"""

from __future__ import annotations

import json
import sys
import time

from apiflask import APIFlask

from api.app import create_app
from api.conversations.service import Draft, append, lock
from api.db import after_commit, db

TEXT = "Thank you for waiting. We have looked at your question, and the answer is yes: the role can be done from home two days a week."


def write(app: APIFlask, conversation_id: str) -> tuple[str, int, float]:
    """Store a message; its conversation, its number, and when it was committed."""
    committed: list[float] = []
    with app.app_context():
        conversation = lock(conversation_id)
        after_commit(lambda: committed.append(time.monotonic()))
        message = append(conversation, Draft("recruiter", TEXT, author="Berit Bench"))
        db.session.commit()
    return conversation_id, message.seq, committed[0]


def spread(app: APIFlask, conversations: list[str], seconds: float) -> list[tuple[str, int, float]]:
    """One message in each conversation, evenly over the time; late ones follow at once."""
    began, done = time.monotonic(), []
    for number, conversation_id in enumerate(conversations):
        time.sleep(max(0.0, began + seconds * number / len(conversations) - time.monotonic()))
        done.append(write(app, conversation_id))
    return done


def main() -> None:
    """Order in, moments out."""
    app = create_app()
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(spread(app, order["conversations"], order["seconds"])), flush=True)


if __name__ == "__main__":
    main()
