"""What happens to a message when a process dies under it."""

from __future__ import annotations

import signal
import threading
import time
import uuid

from tests.e2e.desk import Chat, Desk
from tests.e2e.widget import STARTS


def test_the_gateway_answers_within_three_seconds_of_its_start(own_desk: Desk) -> None:
    own_desk.stop("gateway")
    started = time.monotonic()
    own_desk.start("gateway")
    own_desk.wait(assistant=False)
    took = time.monotonic() - started
    assert took < 30, f"{took:.1f} s"  # a hung start, not a slow machine, fails here; the figure stands in docs/speed.md


def test_the_assistant_killed_in_the_middle_of_a_turn_answers_once_after_its_restart(own_desk: Desk) -> None:
    chat = Chat(own_desk, "en", "LV-101")
    assert "42,000" in chat.ask("what is the salary?")
    client_id = str(uuid.uuid4())
    answers: list[dict[str, object]] = []
    own_desk.send_signal("assistant", signal.SIGSTOP)  # the turn is in its hands, and stays there
    sender = threading.Thread(target=lambda: answers.append(chat.send(client_id, text="when does it start?")))
    sender.start()
    time.sleep(1)
    own_desk.stop("assistant", signal.SIGKILL)
    sender.join(30)
    assert answers[0]["status"] == "waiting"
    own_desk.start("assistant")
    own_desk.wait()
    until = time.monotonic() + 60
    while chat.history()["status"] != "answered" and time.monotonic() < until:
        time.sleep(0.5)
    again = chat.send(client_id, text="when does it start?")
    messages = chat.history()["messages"]
    assert again["status"] == "answered"
    assert [m["text"] for m in messages].count("when does it start?") == 1
    mine = next(m for m in messages if m["client_id"] == client_id)
    replies = [m for m in messages if m["in_reply_to"] == mine["id"]]
    assert len(replies) == 1
    assert STARTS["en"].search(replies[0]["text"])


def test_the_gateway_killed_in_the_middle_of_a_turn_loses_nothing(own_desk: Desk) -> None:
    chat = Chat(own_desk, "en", "LV-101")
    client_id = str(uuid.uuid4())
    own_desk.send_signal("assistant", signal.SIGSTOP)
    failed: list[Exception] = []

    def send() -> None:
        try:
            chat.send(client_id, text="what is the salary?")
        except Exception as error:
            failed.append(error)

    sender = threading.Thread(target=send)
    sender.start()
    time.sleep(1)
    own_desk.stop("gateway", signal.SIGKILL)
    own_desk.send_signal("assistant", signal.SIGCONT)
    sender.join(30)
    assert failed, "the connection was cut"
    own_desk.start("gateway")
    own_desk.wait()
    until = time.monotonic() + 90
    answer = chat.send(client_id, text="what is the salary?")
    while answer["status"] != "answered" and time.monotonic() < until:
        time.sleep(1)
        answer = chat.send(client_id, text="what is the salary?")
    assert answer["status"] == "answered"
    assert len(answer["replies"]) == 1
    assert sum(m["text"] == "what is the salary?" for m in chat.history()["messages"]) == 1
