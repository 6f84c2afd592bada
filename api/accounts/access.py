"""Who is signed in, and who may: for the views of the desk's pages.

A view is `@staff_required` or `@admin_required`; its blueprint is `csrf_protected`. Whoever is not signed in is sent to
the sign-in page when they open a page, and gets 401 otherwise; whoever may not gets 403.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import unquote, urlsplit

from apiflask import APIBlueprint
from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask_babel import lazy_gettext
from flask_wtf.csrf import CSRFProtect, validate_csrf
from werkzeug.wrappers import Response as AnyResponse
from wtforms.validators import ValidationError

from api.accounts import sessions
from api.accounts.models import Staff, StaffSession
from api.db import db, read_only, repeatable
from api.errors import DomainError, NotAllowed, SignInNeeded
from api.limits import limiter

COOKIE = "desk_session"
HEADER, FIELD = "X-CSRFToken", "csrf_token"
UNSAFE = frozenset(("POST", "PUT", "PATCH", "DELETE"))
START = "/desk/"
OFFICE = "3000 per minute"
csrf = CSRFProtect()


class StaffSignInNeeded(SignInNeeded):
    """No session, or one that has ended."""

    sentence = lazy_gettext("You are signed out. Sign in, and go on where you were.")


class PageTooOld(DomainError):
    """An action without the page's token: from another site, or from a page opened before this sign-in."""

    type = "page-too-old"
    status = 400
    sentence = lazy_gettext("This page is out of date, so nothing was done. Load it again and try once more.")


def register(app: Flask) -> None:
    """Make `csrf_token()` and `me` (who is signed in, or None) known to templates."""
    # A token lasts as long as its browser's sign-in; a page may stand open all day.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    csrf.init_app(app)

    @app.context_processor
    def me() -> dict[str, Staff | None]:
        return {"me": g.get("staff")}


def current_staff() -> Staff:
    """Who is signed in. Raises `SignInNeeded`.

    Asks the database once a request, in a transaction of its own: the view begins its own afterwards, reading or writing.
    """
    if "staff" not in g:
        _find()
    staff: Staff = g.staff
    return staff


def current_session() -> StaffSession:
    """The session that the request came with. Raises `SignInNeeded`."""
    current_staff()
    found: StaffSession = g.staff_session
    return found


def still_signed_in(session_id: str) -> bool:
    """Whether the session goes on, for streams to ask now and then; leaves no transaction open."""
    read_only()
    try:
        return sessions.is_alive(session_id)
    finally:
        db.session.rollback()


def _find() -> None:
    own = not db.session.in_transaction()
    if own:
        read_only()
    found = sessions.find(request.cookies.get(COOKIE, ""))
    if own:
        db.session.commit()
    if found is None:
        raise StaffSignInNeeded
    if own and sessions.stale(*found):
        repeatable()
        sessions.touch(found[0].id, found[1].id)
        db.session.commit()
    g.staff_session, g.staff = found
    g.language = found[1].language


def staff_required[**P, R](view: Callable[P, R]) -> Callable[P, R | AnyResponse]:
    """Only for those who are signed in."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | AnyResponse:
        try:
            current_staff()
        except SignInNeeded:
            if _opens_a_page():
                return redirect(url_for("accounts.sign_in", next=here()))
            raise
        return view(*args, **kwargs)

    guarded.__dict__["access"] = "recruiter"
    return guarded


def admin_required[**P, R](view: Callable[P, R]) -> Callable[P, R | AnyResponse]:
    """Only for admins. Raises `NotAllowed` for others who are signed in."""

    @wraps(view)
    def admins_only(*args: P.args, **kwargs: P.kwargs) -> R:
        if current_staff().access != "admin":
            raise NotAllowed
        return view(*args, **kwargs)

    guarded = staff_required(admins_only)
    guarded.__dict__["access"] = "admin"
    return guarded


def csrf_protected(blueprint: APIBlueprint) -> None:
    """Refuse every unsafe request to the blueprint that carries no token of a page of this browser's.

    The header is looked at first, so that a large upload is not read for a form field. The blueprint may be asked more
    often than others, because an office of recruiters shares one address.
    """

    limiter.limit(OFFICE)(blueprint)

    @blueprint.before_request
    def from_our_page() -> None:
        if request.method in UNSAFE:
            try:
                validate_csrf(request.headers.get(HEADER) or request.form.get(FIELD))
            except ValidationError:
                raise PageTooOld from None

    @blueprint.after_request
    def private(response: Response) -> Response:
        """Pages of the desk are nobody else's: not kept by browsers or proxies, not shown in others' frames."""
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Robots-Tag", "noindex")
        if response.status_code == 401 and request.headers.get("HX-Request"):
            response.headers["HX-Redirect"] = url_for("accounts.sign_in", next=_page_of_fragment())
        return response


def enter(response: AnyResponse, token: str) -> None:
    """Give the browser the cookie of a session that has just begun; whatever it kept before the sign-in is void."""
    session.clear()
    response.set_cookie(COOKIE, token, max_age=sessions.ABSOLUTE, httponly=True, samesite="Lax", secure=_over_https())


def leave(response: AnyResponse) -> None:
    """Take the cookie back."""
    session.clear()
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=_over_https())


def _over_https() -> bool:
    return bool(current_app.config["SETTINGS"].site.startswith("https:"))


def here() -> str:
    """The address of the page that is asked for, to come back to."""
    return request.full_path.rstrip("?")


def safe_next(target: str | None) -> str:
    """`target` if it is a path of the desk's own, else the desk's first page. Never another site, however it is written."""
    text = target or ""
    if any(c in text for c in "\\\r\n\t\0") or not text.startswith("/") or text.startswith("//"):
        return START
    try:
        parts = urlsplit(text)
    except ValueError:
        return START
    own = not parts.scheme and not parts.netloc and (parts.path == "/desk" or parts.path.startswith(("/desk/", "/studio")))
    up = ".." in unquote(parts.path).split("/")
    return text if own and not up and not parts.path.startswith("/desk/sign-") else START


def _opens_a_page() -> bool:
    return request.method in ("GET", "HEAD") and "HX-Request" not in request.headers and request.accept_mimetypes.accept_html and not _stream()


def _stream() -> bool:
    return request.accept_mimetypes.best == "text/event-stream"


def _page_of_fragment() -> str:
    """Path of the page that an htmx request came from."""
    try:
        parts = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return START
    return safe_next(parts.path + (f"?{parts.query}" if parts.query else ""))
