"""The desk in browsers: one candidate with the chat on a role's page, two recruiters, in front of the real gateway."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Browser, Page, expect

from api import clock
from tests.api.serving import wait_for
from tests.e2e.desk_gateway import PRIYA, Gateway, Opens
from tests.e2e.desk_page import DeskPage
from tests.e2e.widget import Widget


def test_from_escalation_to_hand_back_without_a_reload(gateway: Gateway, opens: Opens, chat: Widget) -> None:
    ebba, priya = opens(), opens(PRIYA)
    expect(ebba.page.locator("#rows .empty")).to_contain_text("Nobody waits")
    ebba.page.evaluate("window.unloaded = false")
    chat.say("What is the pay?")
    chat.sees("Echo: What is the pay?")
    chat.choose("Talk to a person")
    expect(ebba.row("What is the pay?").or_(ebba.row("Asked for a person"))).to_be_visible(timeout=8000)
    expect(priya.row("Asked for a person")).to_be_visible(timeout=8000)
    expect(ebba.page).to_have_title("(1) Inbox – Lumivik")
    ebba.choose("Asked for a person")
    expect(ebba.page.locator("#summary")).to_contain_text("What is the pay?")
    priya.choose("Asked for a person")
    expect(ebba.page.locator("#presence")).to_contain_text("Priya Raman looks")
    ebba.press("Claim")
    expect(ebba.state).to_contain_text("You have this conversation")
    chat.sees("Ebba Sandström, recruiter, has joined")
    expect(priya.state).to_contain_text("Ebba Sandström has this conversation")
    expect(ebba.state).to_contain_text("Reply due")
    ebba.say("38,000 to 44,000 kronor a month.")
    expect(ebba.state).not_to_contain_text("Reply due")
    chat.sees("38,000 to 44,000 kronor a month.")
    expect(priya.log).to_contain_text("38,000 to 44,000 kronor a month.")
    chat.say("Thank you, and when do I hear more?")
    expect(ebba.log).to_contain_text("when do I hear more?")
    ebba.press("Hand back")
    ebba.page.get_by_label("A last word").fill("Lumi helps you from here.")
    ebba.page.locator("#hand-back").get_by_role("button", name="Hand back").last.click()
    expect(ebba.state).to_contain_text("answers. You read along")
    chat.sees("Lumi helps you from here.")
    gateway.assistant.bodies.clear()
    chat.say("Hello again")
    chat.sees("Echo: Hello again")
    assert gateway.assistant.bodies[0]["state"] == {"turns": 1}, "the assistant goes on with what it knew"
    expect(ebba.log).to_contain_text("Echo: Hello again")
    assert ebba.page.evaluate("window.unloaded === false"), "nothing was loaded anew"
    assert ebba.log.get_by_text("Lumi helps you from here.", exact=True).count() == 1, "nothing stands there twice"


def test_a_claim_that_stays_silent_is_warned_of_and_goes_back_to_the_queue(gateway: Gateway, opens: Opens, page: Page) -> None:
    ten = gateway.morning()
    with clock.at(ten):
        page.goto(f"{gateway.url}/roles/LV-101?language=en")
        chat = Widget(page, "en").open()
        chat.say("Hello?")
        chat.sees("Echo: Hello?")
        chat.choose("Talk to a person")
        ebba, priya = opens(), opens(PRIYA)
        ebba.choose("Asked for a person")
        ebba.press("Claim")
        chat.sees("Ebba Sandström, recruiter, has joined")
        expect(priya.page.locator("#rows .empty")).to_contain_text("Nobody waits", timeout=15_000)
    with clock.at(ten + timedelta(minutes=31)):
        gateway.work("handoff.silent")
        expect(ebba.page.locator("#talk-news")).to_contain_text("Visitor still waits for your answer", timeout=25_000)
        expect(ebba.state).to_contain_text("You have this conversation. The candidate still waits for your answer")
    with clock.at(ten + timedelta(minutes=62)):
        gateway.work("handoff.silent")
        chat.sees("Ebba Sandström has not managed to answer, I am sorry. I have asked the other recruiters to take over.")
        expect(ebba.state).to_contain_text("Waits for a person")
        priya.choose("Asked for a person")
        priya.press("Claim")
        chat.sees("Priya Raman, recruiter, has joined")
        gateway.work("handoff.silent")
        expect(priya.state).to_contain_text("You have this conversation")


def test_typing_and_seen_are_shown_both_ways(gateway: Gateway, opens: Opens) -> None:
    candidate = gateway.candidate("Hello?")
    ebba = opens(path=f"/desk/conversations/{candidate.id}")
    wait_for(lambda: gateway.row(candidate.id).staff_seen_seq > 0)
    ebba.press("Claim")
    ebba.say("Hello, how can I help?")
    expect(ebba.log.get_by_text("Sent", exact=True)).to_be_visible()
    assert candidate.ask("PUT", "typing", json={}).status in (200, 204)
    expect(ebba.page.locator("#presence")).to_contain_text("types")
    assert candidate.ask("PUT", "seen", json={"seq": gateway.row(candidate.id).last_seq}).status in (200, 204)
    expect(ebba.log.get_by_text("Seen", exact=True)).to_be_visible()


def test_what_is_being_written_outlives_reloads_refusals_and_a_line_that_breaks(gateway: Gateway, opens: Opens) -> None:
    candidate = gateway.candidate("Hello?")
    ebba = opens(path=f"/desk/conversations/{candidate.id}")
    ebba.press("Claim")
    ebba.reply_box.fill("Half a sent")
    ebba.page.reload()
    expect(ebba.reply_box).to_have_value("Half a sent")
    ebba.page.context.set_offline(True)
    ebba.say("Half a sentence, now whole.")
    expect(ebba.page.get_by_role("alert").filter(has_text="What you typed is still here")).to_be_visible()
    expect(ebba.page.locator("#away")).to_be_visible(timeout=10_000)
    candidate.say("Are you there?")
    ebba.page.context.set_offline(False)
    expect(ebba.log).to_contain_text("Are you there?", timeout=20_000)
    expect(ebba.page.locator("#away")).to_be_hidden()
    ebba.reply_box.press("Enter")
    expect(ebba.log).to_contain_text("Half a sentence, now whole.")
    expect(ebba.reply_box).to_have_value("")
    ebba.reply_box.fill("one")
    ebba.reply_box.press("Shift+Enter")
    ebba.reply_box.press_sequentially("two")
    ebba.reply_box.press("Enter")
    wait_for(lambda: [t for s, t in candidate.seen() if s == "recruiter"] == ["Half a sentence, now whole.", "one\ntwo"])


def holding_one(gateway: Gateway, opens: Opens) -> DeskPage:
    """A recruiter at a conversation that they have claimed."""
    candidate = gateway.candidate("Hello?")
    ebba = opens(path=f"/desk/conversations/{candidate.id}")
    ebba.press("Claim")
    expect(ebba.state).to_contain_text("You have this conversation")
    ebba.open(f"/desk/conversations/{candidate.id}")  # where no composer comes anew with the claim
    expect(ebba.reply_box).to_be_visible()
    return ebba


def test_the_ready_words_come_however_soon_their_menu_is_opened(gateway: Gateway, opens: Opens) -> None:
    """A composer has come anew, and htmx has not looked at it when the menu is opened."""
    ebba = holding_one(gateway, opens)
    ebba.page.evaluate("""() => {
        const old = document.getElementById("insert"), fresh = old.cloneNode(true);
        old.replaceWith(fresh);
        fresh.open = true;
    }""")
    expect(ebba.page.locator("#picks button").first).to_be_visible()


def test_the_ready_words_are_asked_for_again_after_a_failure_and_only_then(gateway: Gateway, opens: Opens) -> None:
    ebba = holding_one(gateway, opens)
    asked: list[str] = []
    ebba.page.on("request", lambda request: asked.append(request.url) if "/insert?" in request.url else None)
    ebba.page.route("**/insert?*", lambda route: route.abort(), times=1)
    summary, first = ebba.page.locator("#insert > summary"), ebba.page.locator("#picks button").first
    with ebba.page.expect_event("requestfailed"):
        summary.click()
    ebba.page.locator("#insert-panel:not(.htmx-request)").wait_for()
    summary.click()
    summary.click()
    expect(first).to_be_visible()
    summary.click()
    expect(first).to_be_hidden()
    summary.click()
    expect(first).to_be_visible()
    assert len(asked) == 2


def test_ready_words_and_files_go_into_a_reply(gateway: Gateway, opens: Opens) -> None:
    candidate = gateway.candidate("Hello?")
    ebba = opens(path=f"/desk/conversations/{candidate.id}")
    ebba.press("Claim")
    summary, first = ebba.page.locator("#insert > summary"), ebba.page.locator("#picks button").first

    def has_inserts() -> bool:
        """The composer comes anew with the claim, and what was opened in the one before is closed."""
        if not first.count():
            summary.click()
        return first.count() > 0

    wait_for(has_inserts)
    if not ebba.page.locator("#insert[open]").count():
        summary.click()
    words = first.get_attribute("data-text") or ""
    first.click()
    expect(ebba.reply_box).to_have_value(words)
    ebba.page.locator("#attach").set_input_files({"name": "map.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(300)})
    expect(ebba.page.locator("#attached input[name=attachment]")).to_have_count(1)
    ebba.page.locator("#attach").set_input_files({"name": "bad.pdf", "mimeType": "application/pdf", "buffer": b"<script>"})
    expect(ebba.page.locator("#refusal")).not_to_be_empty()
    expect(ebba.page.locator("#attached li")).to_have_count(1)
    ebba.reply_box.press("Enter")
    expect(ebba.log.get_by_role("link", name="map.png")).to_be_visible()
    with ebba.page.expect_download() as download:
        ebba.log.get_by_role("link", name="map.png").click()
    assert download.value.suggested_filename == "map.png"
    assert ebba.log.get_by_text(words.splitlines()[0]).count() == 1


def test_new_work_is_told_by_title_sound_and_notification(gateway: Gateway, opens: Opens, browser: Browser) -> None:
    ebba = opens(notify={"sound": True, "desktop": True}, permissions=["notifications"])
    ebba.page.evaluate("""() => {
      window.told = []; document.hasFocus = () => false;
      window.Notification = class { static permission = "granted"; constructor(title) { told.push(title); } };
      window.AudioContext = class { state = "running"; currentTime = 0; destination = {}; constructor() { told.push("sound"); } };
      window.OscillatorNode = class { connect(next) { return next; } start() {} stop() {} };
      window.GainNode = class { gain = { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} }; connect(next) { return next; } };
    }""")
    gateway.candidate("Secret words")
    wait_for(lambda: ebba.page.evaluate("told.length") >= 2)
    assert ebba.page.evaluate("told") == ["sound", "Visitor: Asked for a person"], "and not what was said"
    expect(ebba.page).to_have_title("(1) Inbox – Lumivik")
    expect(ebba.page.locator("#news a")).to_have_text("Visitor: Asked for a person")


def test_the_desk_goes_by_keys_alone(gateway: Gateway, opens: Opens) -> None:
    gateway.candidate("First")
    gateway.candidate("Second")
    ebba = opens()
    press = ebba.page.keyboard.press
    expect(ebba.rows).to_have_count(2)
    press("?")
    expect(ebba.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    press("Escape")
    expect(ebba.page.get_by_role("dialog")).to_be_hidden()
    press("j")
    press("Enter")
    expect(ebba.page.locator("#talk-name")).to_be_focused()
    press("c")
    expect(ebba.state).to_contain_text("You have this conversation")
    expect(ebba.reply_box).to_be_focused()
    ebba.page.keyboard.type("Hello?")
    press("Enter")
    expect(ebba.log).to_contain_text("Hello?")
    press("Escape")
    press("n")
    ebba.page.keyboard.type("A note, not a letter")
    press("Enter")
    expect(ebba.log.get_by_text("A note, not a letter")).to_be_visible()
    press("Escape")
    press("s")
    expect(ebba.page.get_by_role("button", name="In an hour")).to_be_focused()
    press("Enter")
    expect(ebba.state).to_contain_text("Snoozed, back")
    press("e")
    press("Enter")
    expect(ebba.state).to_contain_text("Resolved by Ebba Sandström")
    press("2")
    expect(ebba.page.locator("#rows .empty")).to_contain_text("You hold no conversation")
    press("/")
    expect(ebba.page.locator("#q")).to_be_focused()
