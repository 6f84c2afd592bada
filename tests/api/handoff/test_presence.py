"""Who is there right now, and how far each side has seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from api import clock
from api.conversations.models import Conversation
from api.db import db
from api.errors import Invalid
from api.handoff import claims, presence
from tests.api.candidate import Candidate, over_flask
from tests.api.handoff.recruiters import act, look
from tests.api.staff import add_staff


def say(app: APIFlask, conversation_id: str, who: str, doing: str) -> None:
    with app.app_context():
        presence.set(conversation_id, who, doing)
        db.session.commit()


def look_on(app: APIFlask, conversation_id: str, who: str) -> None:
    with app.app_context():
        presence.looks(conversation_id, who)
        db.session.commit()


def there(app: APIFlask, conversation_id: str, except_who: str) -> list[tuple[str, str]]:
    with app.app_context():
        return [(here.name or here.who, here.doing) for here in presence.others(conversation_id, except_who)]


def test_the_others_are_seen_for_as_long_as_they_say_so(app: APIFlask, client: FlaskClient) -> None:
    candidate, ebba, jonas = Candidate(over_flask(client), "en"), add_staff(app), add_staff(app, "Jonas Lindqvist")
    now = clock.now()
    with clock.at(now):
        say(app, candidate.id, ebba, "looking")
        say(app, candidate.id, jonas, "typing")
        say(app, candidate.id, "candidate", "typing")
        assert there(app, candidate.id, jonas) == [("candidate", "typing"), ("Ebba Sandström", "looking")]
        assert ("Jonas Lindqvist", "typing") in there(app, candidate.id, "candidate")
        look_on(app, candidate.id, jonas)
        assert ("Jonas Lindqvist", "typing") in there(app, candidate.id, "candidate"), "a page that stands open beside does not end it"
    with clock.at(now + timedelta(seconds=10)):
        assert there(app, candidate.id, "candidate") == [("Ebba Sandström", "looking")]
        look_on(app, candidate.id, jonas)
        assert ("Jonas Lindqvist", "looking") in there(app, candidate.id, "candidate")
        say(app, candidate.id, jonas, "typing")
        say(app, candidate.id, jonas, "looking")
        assert ("Jonas Lindqvist", "looking") in there(app, candidate.id, "candidate"), "who stops says so"
        say(app, candidate.id, ebba, "typing")
    with clock.at(now + timedelta(minutes=2)):
        assert there(app, candidate.id, "candidate") == []
        say(app, candidate.id, ebba, "looking")
        with app.app_context():
            presence.leave(candidate.id, ebba)
            db.session.commit()
        assert there(app, candidate.id, "candidate") == []
    with pytest.raises(Invalid):
        say(app, candidate.id, ebba, "dancing")


def test_the_candidate_sees_only_the_one_who_speaks_type(app: APIFlask, client: FlaskClient) -> None:
    candidate, ebba, jonas = Candidate(over_flask(client), "en"), add_staff(app), add_staff(app, "Jonas Lindqvist")
    act(app, claims.claim, ebba, candidate.id)

    def typing() -> str | None:
        with app.app_context():
            return presence.typing_to_candidate(db.session.get_one(Conversation, candidate.id))

    say(app, candidate.id, jonas, "typing")
    assert typing() is None
    say(app, candidate.id, ebba, "typing")
    assert typing() == "Ebba Sandström"
    act(app, claims.hand_back, ebba, candidate.id)
    assert typing() is None


def test_seen_never_goes_back_nor_beyond_the_last(app: APIFlask, client: FlaskClient) -> None:
    candidate = Candidate(over_flask(client), "en")
    candidate.say("Hello")

    def seen(side: str, seq: int) -> int:
        with app.app_context():
            presence.seen(candidate.id, side, seq)
            db.session.commit()
        return int(getattr(look(app, candidate.id), f"{side}_seen_seq"))

    assert [seen("staff", n) for n in (2, 1, 99, 3)] == [2, 2, 3, 3]
    assert seen("candidate", 2**31 - 1) == 3
    with app.app_context():
        presence.seen("no-such-conversation", "staff", 1)


def test_followers_are_woken_when_something_changes_not_each_time(app: APIFlask, client: FlaskClient) -> None:
    candidate, ebba = Candidate(over_flask(client), "en"), add_staff(app)
    with app.extensions["hub"].follow(candidate.id) as moved:
        moved.clear()
        say(app, candidate.id, ebba, "typing")
        assert moved.is_set()
        moved.clear()
        say(app, candidate.id, ebba, "typing")
        assert not moved.is_set()
        say(app, candidate.id, ebba, "looking")
        assert moved.is_set()
