"""Who is on the desk: invitations, what admins change, one's own account, `desk staff`."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock
from api.accounts import staff
from api.accounts.models import Staff, StaffSession
from api.accounts.passwords import hasher
from api.accounts.staff_cli import staff as command
from api.audit.models import AuditEntry
from api.audit.service import Actor
from api.db import db
from api.outbox.models import Mail
from tests.api.staff import Browser, add_staff, signed_in

PASSWORD, OTHER = "fjord lantern seventeen plums", "quiet moose under green rain"
MORNING = datetime(2026, 11, 25, 8, tzinfo=UTC)


def kept(app: APIFlask, email: str) -> Staff:
    with app.app_context():
        return db.session.scalars(select(Staff).where(Staff.email == email)).one()


def links(app: APIFlask, to: str) -> list[str]:
    """Paths of the links that were mailed to an address, oldest first."""
    with app.app_context():
        texts = db.session.scalars(select(Mail.text).where(Mail.recipient == to).order_by(Mail.created_at))
        return [path for text in texts for path in re.findall(r"http://desk\.test(/desk/invitation/\S+)", text)]


def actions(app: APIFlask) -> set[str]:
    with app.app_context():
        return set(db.session.scalars(select(AuditEntry.action)))


def choose(browser: Browser, link: str, password: str = PASSWORD, again: str | None = None, name: str = "Nils Berg") -> int:
    return browser.post(link, {"name": name, "password": password, "again": password if again is None else again}).status_code


@pytest.fixture
def admin(app: APIFlask) -> Browser:
    return signed_in(app, add_staff(app, name="Sara Nyberg", access="admin"))


WISH = {"email": "Nils@lumivik.example", "name": "Nils Berg", "access": "recruiter", "office": "helsinki", "team": "Finland", "language": "sv"}


def test_an_invitation_lets_one_person_in_once(app: APIFlask, admin: Browser) -> None:
    with clock.at(MORNING):
        assert admin.post("/desk/staff/invitations", WISH).status_code == 303
        page = admin.get("/desk/staff").text
        assert "nils@lumivik.example" in page and "on its way" in page
    (link,) = links(app, "nils@lumivik.example")
    browser = Browser(app)
    with clock.at(MORNING + timedelta(days=6)):
        page = browser.get(link)
        assert page.status_code == 200 and "Nils Berg" in page.text and page.headers["Referrer-Policy"] == "same-origin"
        assert [choose(browser, link, "password1234"), choose(browser, link, again="another"), choose(browser, link, name="\0")] == [422] * 3
        assert choose(browser, link, name="Nils  Bergman") == 303
        assert browser.get("/desk/account").status_code == 200
        assert choose(Browser(app), link) == 410 and Browser(app).get(link).status_code == 410
    nils = kept(app, "nils@lumivik.example")
    assert (nils.name, nils.access, nils.office, nils.team, nils.language) == ("Nils Bergman", "recruiter", "helsinki", "Finland", "sv")
    assert hasher.verify(nils.password_hash or "", PASSWORD)
    assert {"invitation.made", "invitation.accepted", "staff.added", "staff.signed_in"} <= actions(app)


def test_invitations_run_out_are_replaced_and_withdrawn(app: APIFlask, admin: Browser) -> None:
    with clock.at(MORNING):
        admin = signed_in(app, kept(app, "sara@lumivik.example").id)
        admin.post("/desk/staff/invitations", WISH)
        admin.post("/desk/staff/invitations", WISH | {"name": "Nils Bergman"})
    with clock.at(MORNING + timedelta(hours=1)):
        older, newer = sorted(links(app, "nils@lumivik.example"), key=lambda link: Browser(app).get(link).status_code != 410)
        assert [Browser(app).get(link).status_code for link in (older, newer)] == [410, 200]
        assert Browser(app).get(newer[:-3] + "AAA").status_code == 410
    with clock.at(MORNING + timedelta(days=7, seconds=1)):
        assert Browser(app).get(newer).status_code == 410
    with clock.at(MORNING + timedelta(hours=2)):
        (end,) = re.findall(r'action="(/desk/staff/invitations/[^/"]+/withdraw)"', admin.get("/desk/staff").text)
        assert admin.post(end).status_code == 303
        assert choose(Browser(app), newer) == 410


def test_a_second_invitation_says_that_it_replaces_the_first(admin: Browser) -> None:
    assert "replaces" not in admin.post("/desk/staff/invitations", WISH, follow_redirects=True).text
    again = admin.post("/desk/staff/invitations", WISH | {"email": WISH["email"].upper()}, follow_redirects=True).text
    assert "replaces the earlier one to the same address, whose link no longer works" in again


def test_a_refused_form_opens_at_the_reason(admin: Browser) -> None:
    refused = admin.post("/desk/staff/invitations", WISH | {"email": "nobody"})
    assert re.search(r'<h2 id="invite">[^<]*</h2>\s*<p role="alert" class="refusal" tabindex="-1" autofocus>', refused.text)


def test_invitations_that_make_no_sense_are_said_so_in_place(app: APIFlask, admin: Browser) -> None:
    cases = [{"email": "sara@lumivik.example"}, {"email": "no address"}, {"name": " "}, {"access": "owner"}, {"team": "x" * 61}]
    for case in cases:
        response = admin.post("/desk/staff/invitations", WISH | case)
        assert response.status_code in (409, 422) and 'role="alert"' in response.text, case
    assert links(app, "nils@lumivik.example") == []


def test_a_forgotten_password_is_replaced_by_mail_and_nobody_learns_who_exists(app: APIFlask) -> None:
    ebba = add_staff(app, password_hash=hasher.hash(OTHER))
    add_staff(app, name="Gone Away", active=False)
    said = set()
    for email in ("Ebba@lumivik.example", "gone@lumivik.example", "nobody@lumivik.example", "ebba@lumivik.example", "\0"):
        response = Browser(app).post("/desk/forgotten", {"email": email})
        said.add((response.status_code, response.headers["Location"]))
    assert said == {(303, "/desk/sign-in")}
    (link,) = links(app, "ebba@lumivik.example")  # the second wish came too soon
    assert links(app, "gone@lumivik.example") == []
    old = signed_in(app, ebba)
    browser = Browser(app)
    assert "Your name" not in browser.get(link).text
    assert choose(browser, link) == 303 and browser.get("/desk/account").status_code == 200
    assert old.get("/desk/account").status_code == 302  # whoever else was signed in is out
    assert hasher.verify(kept(app, "ebba@lumivik.example").password_hash or "", PASSWORD)
    assert kept(app, "ebba@lumivik.example").name == "Ebba Sandström"


def test_admins_change_access_team_and_lead(app: APIFlask, admin: Browser) -> None:
    ebba, sara = add_staff(app), kept(app, "sara@lumivik.example")
    wish = {"access": "admin", "office": "stockholm", "team": "Sweden", "lead_id": sara.id}
    assert admin.post(f"/desk/staff/{ebba}", wish).status_code == 303
    changed = kept(app, "ebba@lumivik.example")
    assert (changed.access, changed.office, changed.team, changed.lead_id) == ("admin", "stockholm", "Sweden", sara.id)
    for case in ({"access": "owner"}, {"lead_id": ebba}, {"lead_id": "nobody"}):
        assert admin.post(f"/desk/staff/{ebba}", wish | case).status_code == 422
    assert admin.post("/desk/staff/nobody", wish).status_code == 404
    assert "staff.changed" in actions(app)


def test_somebody_stays_admin(app: APIFlask, admin: Browser) -> None:
    sara = kept(app, "sara@lumivik.example")
    for path, wish in ((f"/desk/staff/{sara.id}", {"access": "recruiter"}), (f"/desk/staff/{sara.id}/deactivate", {})):
        response = admin.post(path, wish)
        assert response.status_code == 409 and "must stay admin" in response.text
    other = add_staff(app, access="admin")
    assert admin.post(f"/desk/staff/{other}/deactivate").status_code == 303
    assert admin.post(f"/desk/staff/{other}/activate").status_code == 303
    assert admin.post(f"/desk/staff/{sara.id}", {"access": "recruiter"}).status_code == 303
    assert admin.get("/desk/staff").status_code == 403


def test_two_admins_who_go_at_once_do_not_both_go(app: APIFlask) -> None:
    pair = [add_staff(app, name=name, access="admin") for name in ("Sara Nyberg", "Ebba Sandström")]
    ready = Barrier(2)

    def go(staff_id: str) -> bool:
        with app.app_context():
            ready.wait(20)
            try:
                staff.deactivate(Actor("staff", staff_id), staff_id)
            except staff.NeedsAnAdmin:
                return False
            db.session.commit()
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(go, pair)) == [False, True]


def test_a_link_for_a_new_password_comes_from_an_admin(app: APIFlask, admin: Browser) -> None:
    ebba = add_staff(app)
    assert admin.post(f"/desk/staff/{ebba}/password-link").status_code == 303
    (link,) = links(app, "ebba@lumivik.example")
    admin.post(f"/desk/staff/{ebba}/deactivate")
    assert choose(Browser(app), link) == 410
    assert admin.post(f"/desk/staff/{ebba}/password-link").status_code == 404


def test_ones_own_name_language_and_notices(app: APIFlask) -> None:
    browser = signed_in(app, add_staff(app))
    assert browser.post("/desk/account", {"name": " Ebba  Berg ", "language": "fi", "sound": "on"}).status_code == 303
    ebba = kept(app, "ebba@lumivik.example")
    assert (ebba.name, ebba.language, ebba.notify) == ("Ebba Berg", "fi", {"sound": True, "desktop": False})
    for case in ({"name": ""}, {"name": "x" * 201}, {"language": "de"}):
        assert browser.post("/desk/account", {"name": "Ebba", "language": "fi"} | case).status_code == 422


def test_leave_has_a_last_day_and_a_deputy(app: APIFlask) -> None:
    ebba, priya = add_staff(app, office="helsinki"), add_staff(app, name="Priya Raman")
    with clock.at(MORNING):
        browser = signed_in(app, ebba)
        assert browser.post("/desk/account/leave", {"until": "2026-12-06", "deputy": priya}).status_code == 303
        away = kept(app, "ebba@lumivik.example")
        assert (away.away_until, away.deputy_id) == (datetime(2026, 12, 6, 22, tzinfo=UTC), priya)
        assert 'value="2026-12-06"' in browser.get("/desk/account").text
        for case in ({"until": "2026-11-24"}, {"until": "soon"}, {"until": "9999-12-31"}, {"until": "2026-12-06", "deputy": ebba}):
            assert browser.post("/desk/account/leave", case).status_code == 422, case
        assert browser.post("/desk/account/leave", {"until": ""}).status_code == 303
    back = kept(app, "ebba@lumivik.example")
    assert (back.away_until, back.deputy_id) == (None, None)


def test_ones_password_changes_only_for_who_knows_it(app: APIFlask) -> None:
    ebba = add_staff(app, password_hash=hasher.hash(PASSWORD))
    browser, other = signed_in(app, ebba), signed_in(app, ebba)

    def change(present: str, new: str = OTHER, again: str = OTHER) -> int:
        return browser.post("/desk/account/password", {"present": present, "password": new, "again": again}).status_code

    assert [change("wrong"), change(PASSWORD, again="another"), change(PASSWORD, "password1234", "password1234")] == [422] * 3
    assert other.get("/desk/account").status_code == 200
    assert change(PASSWORD) == 303
    assert browser.get("/desk/account").status_code == 200 and other.get("/desk/account").status_code == 302
    assert hasher.verify(kept(app, "ebba@lumivik.example").password_hash or "", OTHER)


def test_sessions_are_listed_and_ended(app: APIFlask) -> None:
    ebba, priya = add_staff(app), add_staff(app, name="Priya Raman")
    first, second, third, priyas = *(signed_in(app, ebba) for _ in range(3)), signed_in(app, priya)
    page = first.get("/desk/account").text
    ends = re.findall(r'action="(/desk/account/sessions/[^/"]+/end)"', page)
    assert len(ends) == 2 and "this one" in page
    assert priyas.post(ends[0]).status_code == 404  # another's
    assert first.post(ends[0]).status_code == 303
    assert first.post(ends[0]).status_code == 404
    assert sorted(b.get("/desk/account").status_code for b in (first, second, third)) == [200, 200, 302]
    assert first.post("/desk/account/sessions/end-others").status_code == 303
    assert [first.get("/desk/account").status_code, second.get("/desk/account").status_code, third.get("/desk/account").status_code] == [200, 302, 302]
    assert priyas.get("/desk/account").status_code == 200
    with app.app_context():
        assert len(db.session.scalars(select(StaffSession).where(StaffSession.ended_at.is_not(None))).all()) == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_names_are_shown_as_text(app: APIFlask) -> None:
    sara = add_staff(app, name="<script>alert(1)</script> & Co", email="sara@lumivik.example", access="admin")
    browser = signed_in(app, sara)
    for path in ("/desk/account", "/desk/staff"):
        assert "<script>alert" not in browser.get(path).text


def test_staff_are_added_from_the_command_line(app: APIFlask) -> None:
    runner = app.test_cli_runner(env={"COLUMNS": "200"})
    invited = runner.invoke(command, ["add", "Nils@lumivik.example", "Nils Berg", "--access", "admin", "--team", "Finland"])
    assert invited.exit_code == 0 and invited.stdout.strip().removeprefix("http://desk.test") in links(app, "nils@lumivik.example")
    asked = runner.invoke(command, ["add", "ebba@lumivik.example", "Ebba", "--password"], input=f"{PASSWORD}\n{PASSWORD}\n")
    assert asked.exit_code == 0 and PASSWORD not in asked.output
    weak = runner.invoke(command, ["add", "x@lumivik.example", "X", "--password"], input="password1234\npassword1234\n")
    again = runner.invoke(command, ["add", "EBBA@lumivik.example", "Ebba"])
    assert (weak.exit_code, again.exit_code) == (1, 1) and "easily guessed" in weak.output and "already" in again.output
    listed = runner.invoke(command, ["list"]).output
    assert "ebba@lumivik.example" in listed and "password" in listed and "nils" not in listed
    session = signed_in(app, kept(app, "ebba@lumivik.example").id)
    assert runner.invoke(command, ["password", "ebba@lumivik.example"], input=f"{OTHER}\n{OTHER}\n").exit_code == 0
    assert session.get("/desk/account").status_code == 302
    assert runner.invoke(command, ["password", "nobody@lumivik.example"]).exit_code == 1
