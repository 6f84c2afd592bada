"""What one writes at the desk is neither lost, cut nor taken for something else; and what stands around it leaves it room."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import select

from api.accounts.models import Staff
from api.db import db
from api.handoff import claims
from tests.e2e.conftest import PHONE
from tests.e2e.desk_gateway import EBBA, PRIYA, Gateway, Opens

PNG = {"name": "map.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(200)}
TXT = {"name": "map.txt", "mimeType": "text/plain", "buffer": b"a map"}
COVERED = """selector => {
  const box = document.querySelector(selector).getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return !top.closest(selector);
}"""


def take(gateway: Gateway, conversation_id: str, giver: str, taker: str) -> None:
    """A transfer, as the one who has the conversation does it elsewhere."""
    with gateway.app.app_context():
        people = {person.name: person for person in db.session.scalars(select(Staff))}
        claims.transfer(people[giver], conversation_id, people[taker].id)
        db.session.commit()


def test_a_reply_whose_conversation_goes_to_a_colleague_is_kept_and_makes_no_note(gateway: Gateway, opens: Opens) -> None:
    candidate = gateway.candidate("Hello?")
    ebba = opens(path=f"/desk/conversations/{candidate.id}")
    gateway.token(PRIYA)
    ebba.press("Claim")
    ebba.reply_box.fill("You start on Mon")
    take(gateway, candidate.id, EBBA, PRIYA)
    expect(ebba.page.locator("#kept")).to_contain_text("Priya Raman has this conversation now. What you wrote is kept")
    expect(ebba.page.locator("#kept-text")).to_have_value("You start on Mon")
    expect(ebba.page.locator("#kept-text")).to_be_focused()
    assert not ebba.page.evaluate(COVERED, "#kept-text")
    ebba.page.keyboard.type("day, Eva")
    ebba.page.keyboard.press("Enter")
    expect(ebba.page.locator("#note")).to_have_value("")
    take(gateway, candidate.id, PRIYA, EBBA)
    expect(ebba.reply_box).to_have_value("You start on Mon")
    expect(ebba.log.locator(".note")).to_have_count(0)
    take(gateway, candidate.id, EBBA, PRIYA)
    ebba.press("Throw it away")
    ebba.page.reload()
    expect(ebba.page.locator("#kept")).to_be_hidden()


def test_too_long_a_paste_is_kept_whole_and_said_to_be_too_long(gateway: Gateway, opens: Opens) -> None:
    candidate = gateway.candidate("Hello?")
    ebba = opens(path=f"/desk/conversations/{candidate.id}")
    ebba.press("Claim")
    ebba.reply_box.focus()
    ebba.page.keyboard.insert_text("x" * 5_234)
    expect(ebba.page.locator("#reply-form .over")).to_have_text("Too long by 1,234: at most 4,000 characters can be sent.")
    expect(ebba.reply_box).to_have_value("x" * 5_234)
    ebba.reply_box.press("Enter")
    ebba.page.reload()
    expect(ebba.page.locator("#reply-form .over")).to_be_visible()
    assert ("recruiter", "x" * 4_000) not in candidate.seen()
    ebba.say("y" * 4_000)
    expect(ebba.reply_box).to_have_value("")
    expect(ebba.page.locator("#reply-form .over")).to_be_hidden()
    assert [said for who, said in candidate.seen() if who == "recruiter"] == ["y" * 4_000]


def test_a_file_outlives_a_reload_and_the_refusal_of_another_goes_with_the_next(gateway: Gateway, opens: Opens) -> None:
    candidate = gateway.candidate("Where?")
    ebba = opens(path=f"/desk/conversations/{candidate.id}")
    ebba.press("Claim")
    expect(ebba.reply_box).to_be_focused()
    attach, chips = ebba.page.locator("#attach"), ebba.page.locator("#attached .chip")
    attach.set_input_files(TXT)
    expect(ebba.page.locator("#refusal")).not_to_be_empty()
    attach.set_input_files(PNG)
    expect(chips.locator("button")).to_have_count(1)
    expect(ebba.page.locator("#refusal")).to_be_empty()
    ebba.reply_box.fill("Here:")
    ebba.page.reload()
    expect(chips).to_have_text(["map.png×"])
    ebba.reply_box.press("Enter")
    expect(ebba.log.locator(".file")).to_contain_text("map.png")
    expect(chips).to_have_count(0)
    ebba.page.reload()
    expect(ebba.reply_box).to_have_value("")
    expect(chips).to_have_count(0)


def test_a_lost_connection_promises_only_what_comes_by_itself(gateway: Gateway, opens: Opens) -> None:
    candidate = gateway.candidate("Hello?")
    ebba = opens(path=f"/desk/conversations/{candidate.id}")
    ebba.press("Claim")
    ebba.reply_box.fill("Good morning")

    def lost(route: Route) -> None:
        route.abort("internetdisconnected")

    ebba.page.route("**/reply", lost)
    ebba.page.context.set_offline(True)
    ebba.reply_box.press("Enter")
    expect(ebba.page.get_by_role("alert")).to_contain_text("What you typed is still here: try again in a moment.")
    expect(ebba.page.locator("#away")).to_have_text(
        "No connection to the desk. What you see may be old; what is new comes by itself once the connection is back."
    )


def test_on_a_phone_messages_have_room_and_news_lie_over_no_button(gateway: Gateway, opens: Opens) -> None:
    first = gateway.candidate("What is the pay? " * 8)
    ebba = opens(viewport=PHONE)
    ebba.page.evaluate("Notification.requestPermission = () => Promise.resolve('denied')")
    ebba.choose("Asked for a person")
    expect(ebba.page.locator("#summary > dl")).to_be_hidden()
    room = ebba.page.locator("#scroll").bounding_box()
    assert room is not None and room["height"] > PHONE["height"] * 0.35
    ebba.press("Claim")
    expect(ebba.reply_box).to_be_visible()
    gateway.candidate("Another")
    expect(ebba.page.locator("#talk-news a")).to_have_text("Visitor: Asked for a person")
    for button in ("#insert > summary", ".attach", "#reply-form .send"):
        assert not ebba.page.evaluate(COVERED, button), button
    assert gateway.row(first.id).owner == "recruiter"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_conversation_is_printed_whole_and_alone(gateway: Gateway, opens: Opens, tmp_path: Path, scheme: str) -> None:
    gateway.candidate("Somebody else's words")
    candidate = gateway.candidate(*(f"Question {number}. " + "Words. " * 60 for number in range(12)), person=False)
    ebba = opens(path=f"/desk/conversations/{candidate.id}", color_scheme=scheme)
    expect(ebba.log).to_contain_text("Question 11.")
    ebba.page.emulate_media(media="print")
    for hidden in ("#inbox", ".top", ".notices", "#card", "#composer", "#state"):
        expect(ebba.page.locator(hidden)).to_be_hidden()
    assert ebba.page.evaluate("document.getElementById('scroll').scrollHeight <= document.getElementById('scroll').clientHeight")
    assert ebba.page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper')") == "#fff"
    pages = len(re.findall(rb"/Type /Page\b", ebba.page.pdf(path=tmp_path / "talk.pdf")))
    assert pages > 1, "what does not fit the window is there, too"


@pytest.mark.parametrize("path", ["/desk/", "/studio/"])
def test_no_label_of_the_phones_navigation_lies_over_its_neighbour(gateway: Gateway, opens: Opens, path: str) -> None:
    ebba = opens("Sara Nyberg", path=path, viewport=PHONE)
    with gateway.app.app_context():
        db.session.scalars(select(Staff).where(Staff.name == "Sara Nyberg")).one().language = "fi"
        db.session.commit()
    ebba.page.reload()
    labels = ebba.page.locator(".top nav a > span")
    assert labels.count() >= 6
    boxes = labels.evaluate_all(
        "all => all.map(one => [one.getBoundingClientRect().left, one.getBoundingClientRect().right, one.scrollWidth - one.clientWidth])"
    )
    assert all(cut <= 0 for _, _, cut in boxes), boxes
    assert all(right <= left for (_, right, _), (left, _, _) in zip(boxes, boxes[1:], strict=False)), boxes
    assert boxes[-1][1] <= PHONE["width"]
