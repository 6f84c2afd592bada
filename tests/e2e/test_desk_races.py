"""The desk in browsers, where two things happen at once."""

from __future__ import annotations

import threading
import time
from typing import Any

from playwright.sync_api import Route, expect

from tests.api.assistant import reply
from tests.api.serving import wait_for
from tests.e2e.desk_gateway import PRIYA, Gateway, Opens
from tests.e2e.widget import Widget


def test_of_two_who_claim_at_once_one_is_told_who_was_first(gateway: Gateway, opens: Opens) -> None:
    gateway.candidate("Hello?")
    ebba, priya = opens(), opens(PRIYA)
    for recruiter in (ebba, priya):
        recruiter.choose("Asked for a person")
        expect(recruiter.page.get_by_role("button", name="Claim")).to_be_visible()
    # Priya's page does not hear of it in time.
    priya.page.route("**/live*", lambda route: route.abort())
    ebba.press("Claim")
    expect(ebba.state).to_contain_text("You have this conversation")
    priya.press("Claim")
    expect(priya.page.get_by_role("alert").filter(has_text="Ebba Sandström has this conversation already.")).to_be_visible()
    assert gateway.only().staff_id is not None
    priya.page.unroute("**/live*")


def test_who_takes_over_while_the_assistant_computes_is_not_talked_over(gateway: Gateway, opens: Opens, chat: Widget) -> None:
    chat.say("Hello")
    chat.sees("Echo: Hello")
    asked, goes_on = threading.Event(), threading.Event()

    def compute(body: dict[str, Any]) -> dict[str, Any]:
        asked.set()
        goes_on.wait(30)
        return reply("The assistant's late answer.", language="en")

    gateway.assistant.script = compute
    chat.say("How many days off do I get?")
    assert asked.wait(20)
    ebba = opens(path=f"/desk/conversations/{gateway.only().id}")
    ebba.press("Take over")
    expect(ebba.state).to_contain_text("You have this conversation")
    chat.sees("Ebba Sandström, recruiter, has joined")
    goes_on.set()
    wait_for(lambda: gateway.row(gateway.only().id).lease is None)
    ebba.say("Thirty.")
    chat.sees("Thirty.")
    for log in (chat.log, ebba.log):
        expect(log).not_to_contain_text("late answer")
        expect(log.get_by_text("How many days off do I get?")).to_have_count(1)
    chat.page.reload()
    chat.sees("Thirty.")
    expect(chat.log).not_to_contain_text("late answer")


def test_an_answer_that_comes_after_the_stream_has_told_is_heard_all_the_same(gateway: Gateway, opens: Opens) -> None:
    candidate = gateway.candidate("Hello?")
    ebba = opens()
    ebba.choose("Asked for a person")

    def late(route: Route) -> None:
        answer = route.fetch()
        time.sleep(1.5)
        route.fulfill(response=answer)

    ebba.page.route("**/claim", late)
    ebba.page.route("**/reply", late)
    ebba.page.keyboard.press("c")
    expect(ebba.reply_box).to_be_focused()
    ebba.page.keyboard.type("Good morning!")
    ebba.page.keyboard.press("Shift+Enter")
    ebba.page.keyboard.type("It is settled.")
    ebba.page.keyboard.press("Enter")
    ebba.page.keyboard.type(" And")
    expect(ebba.log).to_contain_text("It is settled.")
    expect(ebba.reply_box).to_have_value("And")
    expect(ebba.reply_box).to_be_focused()
    assert [text for sender, text in candidate.seen() if sender == "recruiter"] == ["Good morning!\nIt is settled."]


def test_a_row_that_is_pressed_while_the_list_comes_anew_opens(gateway: Gateway, opens: Opens) -> None:
    gateway.candidate("First")
    ebba = opens()
    ebba.row("Asked for a person").hover()
    ebba.page.mouse.down()
    with ebba.page.expect_response(lambda answer: answer.request.headers.get("hx-target") == "rows"):
        gateway.candidate("Second")
    ebba.page.mouse.up()
    expect(ebba.page.locator("#talk-name")).to_be_visible()
    expect(ebba.rows).to_have_count(2)
