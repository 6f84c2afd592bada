"""The life of a message with two gateways, two assistants and two workers on PostgreSQL and Redis; nothing is sticky."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import redis
from sqlalchemy import func, select, update

from api import clock, jobs
from api.conversations.models import Conversation, Message, Turn
from api.conversations.wake_ups import channel
from api.db import db
from tests.api.candidate import API, Ask, Candidate, new_client_id
from tests.api.serving import Event, Stream, wait_for
from tests.e2e.pair import Pair
from tests.e2e.recruiter import Recruiter

TEXTS = ("Vad är lönen?", "När börjar jobbet?", "Vilka krav har ni?", "Kan jag jobba hemifrån?", "Vad gör man på jobbet?", "Vem blir min chef?")
PATIENCE = 60  # seconds until what is expected has to be there: a busy machine is no failure


def rows(pair: Pair, query: Any) -> list[Any]:
    """What the database says now."""
    with pair.app.app_context():
        found = list(db.session.execute(query).all())
        db.session.rollback()
        return found


def is_stored(pair: Pair, client_id: str) -> bool:
    return bool(rows(pair, select(Message.id).where(Message.client_id == client_id)))


def answered(candidate: Candidate) -> bool:
    """Whether nothing waits any more; a turn that was cut off is made good by a worker."""
    return bool(candidate.history()["status"] == "answered")


def exchange(candidate: Candidate) -> tuple[list[str], list[str]]:
    """The texts that were written, and those that were answered, each in the order in which they stand."""
    messages = candidate.history()["messages"]
    texts = {m["id"]: m["text"] for m in messages if m["sender"] == "candidate"}
    return list(texts.values()), [texts[m["in_reply_to"]] for m in messages if m["in_reply_to"]]


def is_message(text: str) -> Callable[[Event], bool]:
    return lambda event: event[0] == "message" and event[2]["text"] == text


def answers(event: Event) -> bool:
    """Whether it is an answer of the assistant's to something."""
    return event[0] == "message" and bool(event[2]["in_reply_to"])


def numbers(events: list[Event]) -> list[int | None]:
    return [id_ for kind, id_, _ in events if kind == "message"]


@pytest.fixture
def candidate(pair: Pair) -> Candidate:
    """Somebody on a role's page, each of whose requests goes to the other gateway."""
    return Candidate(pair.somebody(0, 1), role="LV-101")


@pytest.fixture
def ebba(pair: Pair) -> Iterator[Recruiter]:
    found = Recruiter(pair, "Ebba Sandström")
    yield found
    found.close()


def test_everybody_is_asked_and_no_cookie_says_whom(pair: Pair) -> None:
    """The proxy asks both gateways, and what they answer with is spread over the assistants' address."""
    ask = pair.somebody()
    started = ask("POST", f"{API}/conversations", json={"language": "sv"})
    assert started.status == 201
    assert "set-cookie" not in {name.lower() for name in started.headers}
    assert all(pair.assistants.taken[port] for port in pair.assistant_ports)
    assert all(pair.inner.taken[port] for port in pair.gateway_ports)


def test_a_burst_over_both_gateways_keeps_its_order_and_is_answered_one_by_one(pair: Pair, candidate: Candidate) -> None:
    with ThreadPoolExecutor(len(TEXTS)) as threads:
        sent = [_say_and_see_stored(pair, threads, candidate, text) for text in TEXTS]
        for one in sent:
            one.result()
    wait_for(lambda: answered(candidate), PATIENCE)
    written, answered_to = exchange(candidate)
    assert written == list(TEXTS)
    assert list(dict.fromkeys(answered_to)) == list(TEXTS), "in the order in which they were asked"
    assert sorted(answered_to, key=TEXTS.index) == answered_to, "no answer stands between another's"


def _say_and_see_stored(pair: Pair, threads: ThreadPoolExecutor, candidate: Candidate, text: str) -> Future[Any]:
    """Send a text; come back as soon as it is stored, answered or not."""
    client_id = new_client_id()
    sent = threads.submit(candidate.say, text, client_id)
    wait_for(lambda: is_stored(pair, client_id), PATIENCE)
    return sent


def test_the_same_client_id_at_both_gateways_at_once_is_one_message_with_one_answer(candidate: Candidate) -> None:
    client_id, together = new_client_id(), threading.Barrier(6)

    def send(_: int) -> Any:
        together.wait()
        return candidate.say("Vad är lönen?", client_id)

    with ThreadPoolExecutor(6) as threads:
        came = list(threads.map(send, range(6)))
    wait_for(lambda: answered(candidate), PATIENCE)
    again = candidate.say("Vad är lönen?", client_id)
    assert {answer["message"]["id"] for answer in came} == {again["message"]["id"]}
    assert exchange(candidate) == (["Vad är lönen?"], ["Vad är lönen?"])
    assert len(again["replies"]) == 1
    assert all(answer["replies"] in (again["replies"], []) for answer in came)


def test_a_stream_hears_of_the_other_gateway_through_redis(pair: Pair) -> None:
    candidate = Candidate(pair.somebody(0), role="LV-101")
    heard = redis.Redis.from_url(pair.redis.url).pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    heard.subscribe(channel(candidate.id))
    stream = Stream(pair.gateway_url(1), candidate)
    stream.until(lambda e: e[0] == "status")
    candidate.say("Vad är lönen?")
    came = stream.until(answers, PATIENCE)
    assert [e[2]["text"] for e in came if e[0] == "message"][0] == "Vad är lönen?"
    wait_for(lambda: heard.get_message() is not None)
    stream.close()
    heard.close()


def test_a_stream_goes_on_at_the_other_gateway_after_the_last_message_it_had(pair: Pair, candidate: Candidate) -> None:
    first = Stream(pair.gateway_url(0), candidate)
    candidate.say("Vad är lönen?")
    had = numbers(first.until(answers, PATIENCE))
    first.close()
    candidate.say("När börjar jobbet?")
    wait_for(lambda: answered(candidate), PATIENCE)
    second = Stream(pair.gateway_url(1), candidate, last_event_id=had[-1])
    missed = numbers(second.until(answers, PATIENCE))
    second.close()
    every = [m["seq"] for m in candidate.history()["messages"]]
    assert had + missed == every[: len(had + missed)]
    assert set(missed).isdisjoint(had)


def test_a_recruiter_at_one_gateway_and_a_candidate_at_the_other_hear_each_other(pair: Pair, ebba: Recruiter) -> None:
    candidate = Candidate(pair.somebody(1))
    stream = Stream(pair.gateway_url(1), candidate)
    candidate.say("Hej")
    candidate.want_person()
    stream.until(lambda e: e[0] == "status" and e[2]["status"] == "with_recruiter", PATIENCE)
    assert ebba.act(0, candidate.id, "claim") == 200
    client_id = new_client_id()
    for _ in range(2):  # sent again, as after a lost response
        assert ebba.reply(0, candidate.id, "Hej, här är Ebba.", client_id) == 200
    came = stream.until(is_message("Hej, här är Ebba."), PATIENCE)
    assert came[-1][2]["sender"] == "recruiter"
    assert candidate.say("Så snabbt!")["status"] == "with_recruiter"
    assert "Så snabbt!" in ebba.sees(0, candidate.id)
    stream.close()
    assert [text for who, text in candidate.seen() if who == "recruiter"] == ["Hej, här är Ebba."]


def test_two_recruiters_who_claim_at_both_gateways_at_once_are_told_apart(pair: Pair, ebba: Recruiter) -> None:
    other = Recruiter(pair, "Sara Nyberg")
    candidate = Candidate(pair.somebody(0, 1))
    candidate.want_person()
    together = threading.Barrier(2)

    def claim(who: Recruiter, gateway: int) -> int:
        together.wait()
        return who.act(gateway, candidate.id, "claim")

    with ThreadPoolExecutor(2) as threads:
        statuses = list(threads.map(claim, (ebba, other), (0, 1)))
    other.close()
    assert sorted(statuses) == [200, 409]
    [(holder,)] = rows(pair, select(Conversation.staff_id).where(Conversation.id == candidate.id))
    assert holder == (ebba.id, other.id)[statuses.index(200)]


def test_what_one_address_may_do_is_counted_over_both_gateways(pair: Pair) -> None:
    ask = pair.somebody(0, 1)

    def start(_: int) -> int:
        return ask("POST", f"{API}/conversations", json={}).status

    with ThreadPoolExecutor(4) as threads:
        statuses = list(threads.map(start, range(34)))
    assert Counter(statuses) == {201: 30, 429: 4}
    assert [ask("POST", f"{API}/conversations", json={}).status for _ in range(2)] == [429, 429], "whichever is asked"
    assert pair.somebody(0)("POST", f"{API}/conversations", json={}).status == 201, "another address"


def test_a_gateway_that_dies_in_a_turn_leaves_it_to_a_worker(pair: Pair) -> None:
    """The other gateway takes the message that is sent again for the same one, and the worker's sweep runs its turn."""
    candidate, client_id = Candidate(pair.somebody(0), role="LV-101"), new_client_id()
    for name in ("assistant-0", "assistant-1"):
        pair.signal(name, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        lost = threads.submit(candidate.try_say, "Vad är lönen?", client_id)
        wait_for(lambda: is_stored(pair, client_id), PATIENCE)
        pair.kill("gateway-0")
        assert lost.exception(PATIENCE) is not None, "nobody answered"
    for name in ("assistant-0", "assistant-1"):
        pair.signal(name, signal.SIGCONT)
    with pair.app.app_context():  # the time of the dead one's lease has passed
        db.session.execute(update(Conversation).where(Conversation.id == candidate.id).values(lease_until=clock.now()))
        db.session.commit()
        jobs.later("conversations.sweep")  # as each ten seconds
    elsewhere = _elsewhere(candidate, pair.somebody())
    wait_for(lambda: answered(elsewhere), PATIENCE)
    again = elsewhere.say("Vad är lönen?", client_id)
    assert len(again["replies"]) == 1
    assert exchange(elsewhere) == (["Vad är lönen?"], ["Vad är lönen?"])
    pair.start("gateway-0")
    pair.wait("gateway-0")


def _elsewhere(candidate: Candidate, ask: Ask) -> Candidate:
    """The same person, who asks in another way."""
    found = Candidate.__new__(Candidate)
    found.__dict__ |= candidate.__dict__ | {"_ask": ask}
    return found


def test_an_nlu_model_reaches_both_assistants_one_after_the_other(pair: Pair) -> None:
    """As a new image does on Kubernetes: a new one is ready before an old one goes, and people write all the while."""
    id_ = pair.copy_of_the_model()
    people = [Candidate(pair.somebody(), role="LV-101") for _ in range(3)]
    over = threading.Event()

    def write(person: Candidate) -> list[str]:
        sent = []
        while not over.is_set():
            sent.append(TEXTS[len(sent) % 2])
            person.say(sent[-1])
            over.wait(2)  # as people do, and fewer than 40 a minute
        return sent

    with ThreadPoolExecutor(3) as threads:
        writing = [threads.submit(write, person) for person in people]
        try:
            for number in range(2):
                pair.replace_assistant(number, id_)
        finally:
            over.set()
        sent = [one.result() for one in writing]
    for person, texts in zip(people, sent, strict=True):
        wait_for(lambda person=person: answered(person), PATIENCE)
        assert exchange(person) == (texts, texts)
    last = Candidate(pair.somebody(0, 1), role="LV-101")
    for text in TEXTS[:4]:
        last.say(text)
    wait_for(lambda: answered(last), PATIENCE)
    assert rows(pair, select(Message.model_id).where(Message.conversation_id == last.id, Message.model_id.is_not(None)).distinct()) == [(id_,)]


def test_an_assistant_that_dies_takes_no_message_along(pair: Pair, candidate: Candidate) -> None:
    candidate.say("Vad är lönen?")
    pair.kill("assistant-0")
    for text in TEXTS[1:5]:
        candidate.say(text)
    wait_for(lambda: answered(candidate), PATIENCE)
    written, answered_to = exchange(candidate)
    assert written == answered_to == ["Vad är lönen?", *TEXTS[1:5]]
    pair.start("assistant-0")
    pair.wait("assistant-0")


def test_nothing_waits_and_nothing_was_answered_twice(pair: Pair) -> None:
    """Over all that the tests of this file have written."""
    pending = select(func.count()).select_from(Turn).where(Turn.status == "pending")
    wait_for(lambda: rows(pair, pending) == [(0,)], PATIENCE)
    twice = select(Turn.message_id).group_by(Turn.message_id).having(func.count() > 1)
    assert rows(pair, twice) == []
    assert rows(pair, select(func.count()).select_from(Turn).where(Turn.status == "failed")) == [(0,)]
