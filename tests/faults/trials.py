"""What candidates and recruiters do at the same time, each looked at in its own way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from api.accounts.models import Staff
from api.conversations.models import Conversation, Message
from api.db import db, read_only
from api.handoff import claims
from api.outbox.models import Mail
from tests.faults.stand import Stand
from tests.faults.traffic import Candidate, Sent
from tests.faults.verdict import Verdict, judge, wait_until_quiet

BURSTS, BURST, TWINS, CLAIMS = 4, 10, 20, 6


@dataclass(frozen=True)
class Trial:
    """`play` says how often it was tried, and what came of it; `short`: among those that CI tries."""

    name: str
    play: Callable[[Stand], tuple[int, Verdict]]
    short: bool = True


@contextmanager
def _candidates(stand: Stand, many: int) -> Iterator[list[Candidate]]:
    found = [Candidate(stand, number) for number in range(many)]
    yield found
    for candidate in found:
        candidate.leave()


def burst(stand: Stand) -> tuple[int, Verdict]:
    """Ten messages, each as soon as the one before is stored, while the assistant takes a second for each."""
    stand.tell("mood", "slow")
    with _candidates(stand, BURSTS) as candidates:
        threads = [thread for candidate in candidates for thread in _burst(candidate)]
        for thread in threads:
            thread.join()
        stand.untell("mood")
        wait_until_quiet(stand, candidates)
        return BURSTS, judge(stand, candidates)


def _burst(candidate: Candidate) -> Iterator[threading.Thread]:
    for number in range(1, BURST + 1):
        sent = Sent(f"burst {number}{', please' if number % 3 == 0 else ''}")
        candidate.sent.append(sent)
        thread = threading.Thread(target=candidate.send, args=(sent,), daemon=True)
        thread.start()
        candidate.until_seen(sent.text)
        yield thread


def two_tabs(stand: Stand) -> tuple[int, Verdict]:
    """The same message sent from two tabs at the same moment, to different gateways where there are two."""
    with _candidates(stand, 1) as [candidate]:
        differing = []
        for number in range(TWINS):
            sent = Sent(f"twin {number}, please")
            candidate.sent.append(sent)
            answers = _at_the_same_moment(candidate, sent)
            if len({answer["message"]["id"] for answer in answers}) != 1:
                differing.append(f"two tabs saw two messages: {sent.text!r}")
        wait_until_quiet(stand, [candidate])
        verdict = judge(stand, [candidate])
        verdict.wrong += differing
        return TWINS, verdict


def _at_the_same_moment(candidate: Candidate, sent: Sent) -> list[dict[str, dict[str, str]]]:
    start, answers = threading.Barrier(2), list[dict[str, dict[str, str]]]()

    def tab() -> None:
        start.wait()
        answers.append(candidate.send(sent))

    threads = [threading.Thread(target=tab, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def cut_everywhere(stand: Stand) -> tuple[int, Verdict]:
    """A stream that breaks off after its first byte, its second … and is taken up after the last event that came whole."""
    with _candidates(stand, 1) as [candidate]:
        candidate.write("what you see, åäö 🙂")
        wait_until_quiet(stand, [candidate])
        verdict = judge(stand, [candidate])
        wanted = [m["seq"] for m in candidate.history()["messages"]][1:]  # without the greeting
        before = wanted[0] - 1
        length, whole = -1, False
        while not whole:
            length += 1
            first, whole = _read(candidate, before, length, wanted[-1])
            rest, _ = _read(candidate, first[-1] if first else before, None, wanted[-1]) if first != wanted else ([], True)
            for seq in wanted:
                verdict.times((first + rest).count(seq), 1, f"event {seq} of a stream cut after byte {length}")
        return length, verdict


def _read(candidate: Candidate, after: int, most: int | None, last: int) -> tuple[list[int], bool]:
    """The numbers of the events that came whole within `most` bytes (None: until the last event), and whether that was all."""
    connection, response = candidate.stream(after)
    content = b""
    try:
        while most is None or len(content) < most:
            byte = response.read(1)
            assert byte, "the desk ended the stream"
            content += byte
            if content.endswith(b"\n\n") and f"id: {last}\n".encode() in content:
                return _numbers(content), True
        return _numbers(content), False
    finally:
        connection.close()


def _numbers(content: bytes) -> list[int]:
    whole = content[: content.rfind(b"\n\n") + 1]
    return [int(line[4:]) for line in whole.split(b"\n") if line.startswith(b"id: ")]


def claimed(stand: Stand) -> tuple[int, Verdict]:
    """A recruiter claims while the candidate writes, and gives the conversation back later: the assistant never speaks in between."""
    with _candidates(stand, CLAIMS) as candidates:
        writing = [threading.Thread(target=_write, args=(c,), daemon=True) for c in candidates]
        for thread in writing:
            thread.start()
        spans = []
        for candidate in candidates:
            time.sleep(0.15)
            spans.append([_act(stand, candidate, claims.claim)])
        for thread in writing:
            thread.join()
        for candidate, span in zip(candidates, spans, strict=True):
            span.append(_act(stand, candidate, claims.hand_back))
            candidate.write("are you there again?")
        wait_until_quiet(stand, candidates)
        verdict = judge(stand, candidates, answered=False)
        with stand.app.app_context():
            for candidate, (begin, end) in zip(candidates, spans, strict=True):
                _speakers(verdict, candidate, begin, end)
        return CLAIMS, verdict


def _write(candidate: Candidate) -> None:
    for number in range(10):
        candidate.write(f"message {number}")
        time.sleep(0.05)


def _act(stand: Stand, candidate: Candidate, act: Callable[[Staff, str], object]) -> int:
    """What a recruiter does, and the number that the conversation's messages had reached by then."""
    with stand.app.app_context():
        act(db.session.scalars(select(Staff).order_by(Staff.name)).first(), candidate.id)  # type: ignore[arg-type]
        db.session.flush()
        last = db.session.scalar(select(Conversation.last_seq).where(Conversation.id == candidate.id))
        db.session.commit()
        return int(last or 0)


def _speakers(verdict: Verdict, candidate: Candidate, begin: int, end: int) -> None:
    """Answered once at most while the assistant spoke, not at all while a person did, and once afterwards."""
    read_only()
    messages = list(db.session.scalars(select(Message).where(Message.conversation_id == candidate.id).order_by(Message.seq)))
    db.session.rollback()
    replies = [m for m in messages if m.sender == "assistant" and m.in_reply_to]
    verdict.wrong += [f"talked over: {m.text!r}" for m in replies if begin < m.seq <= end]
    order = {m.id: m.seq for m in messages}
    if [m.in_reply_to for m in replies] != sorted({m.in_reply_to for m in replies}, key=lambda id_: order[id_ or ""]):
        verdict.wrong.append(f"order of answers: {[m.text for m in replies]}")
    for message in messages:
        if message.sender == "candidate" and message.seq > end:
            verdict.times(sum(m.in_reply_to == message.id for m in replies), 1, f"answer to {message.text!r}")


def mail_refused(stand: Stand) -> tuple[int, Verdict]:
    """The mail server refuses the receiver, then the text, then is gone; an hour later it takes mail again."""
    moods, begun = ("mailbox", "data", "gone"), _mails(stand)
    with _candidates(stand, len(moods)) as candidates:
        for candidate, mood in zip(candidates, moods, strict=True):
            stand.mail.refuse(mood)
            candidate.write("a copy, please")
            candidate.ask_for_copy(f"candidate{candidate.number}@example.com")
            _until(lambda: all(attempts for _, attempts, _ in _mails(stand).values()))
        stand.mail.refuse("")
        stand.tell("clock", "3600")
        _until(lambda: all(status != "due" for status, _, _ in _mails(stand).values()))
        stand.untell("clock")
        verdict = judge(stand, candidates)
        new = {id_: row for id_, row in _mails(stand).items() if id_ not in begun}
        verdict.wrong += [] if len(new) >= len(moods) else [f"only {len(new)} mails were written"]
        for id_, (status, _, subject) in new.items():
            verdict.times(sum(times for name, times in stand.mail.taken.items() if name.startswith(f"<{id_}@")), 1, f"mail {subject!r} ({status})")
        return len(moods), verdict


def _mails(stand: Stand) -> dict[str, tuple[str, int, str]]:
    """All mails there are, by id: status, attempts, subject."""
    with stand.app.app_context():
        read_only()
        found = {mail.id: (mail.status, mail.attempts, mail.subject) for mail in db.session.scalars(select(Mail))}
        db.session.rollback()
        return found


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "nothing has come of it"
        time.sleep(0.2)


TRIALS = (
    Trial("ten messages in a burst", burst),
    Trial("the same message from two tabs", two_tabs),
    Trial("a stream cut at every byte", cut_everywhere),
    Trial("a recruiter claims in the middle", claimed),
    Trial("mail server refuses", mail_refused, short=False),
)
