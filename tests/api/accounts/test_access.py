"""Who gets where on the desk: every route under /desk and /studio, whoever wrote it, is found in the application and tried.

A new route needs no test here. One that is open to all, or to admins only, needs a line in `MAY`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from apiflask import APIFlask
from werkzeug.routing import Rule

from api.accounts.access import safe_next
from tests.api.staff import Browser, add_staff, signed_in

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# Endpoints by how they begin; the longest that fits counts. "desk" is the console, whose every page is for all staff.
MAY = {
    "desk.": "recruiter",
    "studio.": "admin",
    "desk.static": "anybody",
    "desk.brand": "anybody",
    "accounts.sign_": "anybody",
    "accounts.start_oidc": "anybody",
    "accounts.finish_oidc": "anybody",
    "accounts.forgotten": "anybody",
    "accounts.send_forgotten": "anybody",
    "accounts.invitation": "anybody",
    "accounts.accept_invitation": "anybody",
    "accounts.account": "recruiter",
    "accounts.save_": "recruiter",
    "accounts.end_": "recruiter",
    "accounts.save_staff": "admin",
    "accounts.staff_list": "admin",
    "accounts.invite": "admin",
    "accounts.withdraw_invitation": "admin",
    "accounts.deactivate_staff": "admin",
    "accounts.activate_staff": "admin",
    "accounts.password_link": "admin",
}


@dataclass(frozen=True)
class Route:
    """One method of one address, filled with ids that nobody has."""

    endpoint: str
    method: str
    path: str

    @property
    def may(self) -> str:
        fitting = [prefix for prefix in MAY if self.endpoint.startswith(prefix)]
        assert fitting, f"{self.endpoint} ({self.path}) is new: say in MAY who may go there"
        return MAY[max(fitting, key=len)]

    @property
    def unsafe(self) -> bool:
        return self.method in UNSAFE


def path_of(app: APIFlask, rule: Rule) -> str:
    values: dict[str, Any] = {}
    for name in rule.arguments:
        kind = type(rule._converters[name]).__name__
        values[name] = 7 if kind in ("IntegerConverter", "FloatConverter") else "nobodys"
    return str(app.url_map.bind("desk.test").build(rule.endpoint, values, method=next(iter(rule.methods or {"GET"}))))


def routes(app: APIFlask) -> list[Route]:
    return [
        Route(rule.endpoint, method, path_of(app, rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.split("/")[1] in ("desk", "studio")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def ask(browser: Browser, route: Route, csrf: bool = True, **headers: str) -> tuple[int, str]:
    """Status, and where to if it sends elsewhere. A stream is left as soon as it has begun."""
    wishes = {"Accept": "text/html"} | ({"X-CSRFToken": browser.token()} if csrf and route.unsafe else {}) | headers
    with browser.client.open(route.path, method=route.method, headers=wishes) as response:
        return response.status_code, response.headers.get("Location", "")


def wrong(app: APIFlask) -> Iterator[Route]:
    """Every address with a method that it does not take."""
    taken: dict[str, set[str]] = {}
    for route in routes(app):
        taken.setdefault(route.path, set()).add(route.method)
    for path, methods in taken.items():
        for method in {"GET", *UNSAFE} - methods:
            yield Route("", method, path)


def test_the_signed_out_get_nowhere(app: APIFlask) -> None:
    found = routes(app)
    assert len(found) > 20
    surprises = []
    for route in found:
        browser = Browser(app)
        status, to = ask(browser, route)
        if route.may == "anybody":
            fits = status != 401 and status < 500
        elif route.unsafe:
            fits = status == 401 and ask(browser, route, csrf=False)[0] == 400
        else:
            fits = (status, to.split("?")[0]) == (302, "/desk/sign-in") and ask(browser, route, Accept="text/event-stream")[0] == 401
        if not fits:
            surprises.append((route, status, to))
    assert surprises == []


@pytest.mark.parametrize("access", ["recruiter", "admin"])
def test_staff_get_where_their_access_allows(app: APIFlask, access: str) -> None:
    staff, surprises = add_staff(app, access=access), []
    for route in routes(app):
        status, to = ask(signed_in(app, staff), route)
        allowed = access == "admin" or route.may != "admin"
        fits = (status not in (401, 403) or "oidc" in route.endpoint) and status < 500 and "?next=" not in to if allowed else status == 403
        if not fits:
            surprises.append((route, status, to))
    assert surprises == []


def test_nothing_is_done_without_a_token_of_our_pages(app: APIFlask) -> None:
    admin = add_staff(app, access="admin")
    browser = signed_in(app, admin)
    unsafe = [route for route in routes(app) if route.unsafe]
    others = Browser(app).token()
    for headers in ({}, {"X-CSRFToken": "made up"}, {"X-CSRFToken": others}):
        statuses = {route: ask(browser, route, csrf=False, **headers)[0] for route in unsafe}
        assert set(statuses.values()) == {400}, statuses


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no database is asked
def test_a_wrong_method_is_said_to_be_wrong(app: APIFlask) -> None:
    browser = Browser(app)
    answers = {route: ask(browser, route) for route in wrong(app)}
    # Whoever opens a form's address is led to the form's page above it; anything else is 405.
    led = {route for route, (status, to) in answers.items() if status == 303 and route.method == "GET" and to and route.path.startswith(to)}
    assert led and {route: answer for route, answer in answers.items() if answer[0] != 405 and route not in led} == {}


def test_deactivated_staff_are_out_at_once(app: APIFlask) -> None:
    recruiter, admin = add_staff(app), add_staff(app, name="Sara Nyberg", access="admin")
    browser = signed_in(app, recruiter)
    assert browser.get("/desk/account").status_code == 200
    assert signed_in(app, admin).post(f"/desk/staff/{recruiter}/deactivate").status_code == 303
    assert browser.get("/desk/account").status_code == 302


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_fragment_for_the_signed_out_sends_the_whole_page_to_sign_in(app: APIFlask) -> None:
    response = Browser(app).get("/desk/account", headers={"HX-Request": "true", "HX-Current-URL": "http://desk.test/desk/account?a=1"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (401, "/desk/sign-in?next=/desk/account?a%3D1")


@pytest.mark.parametrize("target", ["/desk", "/desk/", "/desk/conversations/abc?view=mine#last", "/desk/staff"])
def test_one_comes_back_to_ones_own_page(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [None, "", "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/desk\r\nX: y", "javascript:alert(1)", "/deskevil",
     "http:/desk/", "///evil.example/desk/", "/desk/../chat", "/desk/sign-out", "/", "/chat", "//[", "/desk/\t/evil", "/desk/%2e%2e/sign-in"],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_after_sign_in(target: str | None) -> None:
    assert safe_next(target) == "/desk/"
