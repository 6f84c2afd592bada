"""The chat's script, its own page, and the form for browsers without scripts."""

from __future__ import annotations

from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, abort, current_app, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.answers.company import company
from api.config import LANGUAGES, ROOT
from api.errors import NotFound
from api.limits import limiter
from api.reader import language
from api.widget import plain
from api.widget.bundle import bundle

blueprint = APIBlueprint("widget", __name__, template_folder="templates", enable_openapi=False)
PAGE_STYLES = Path(__file__).parent / "styles" / "page.css"


@blueprint.get("/widget/widget.js")
def script() -> Response:
    """The widget: script, styles and texts in one file."""
    made = bundle()
    zipped = request.accept_encodings["gzip"] > 0
    response = Response(made.gzipped if zipped else made.plain, mimetype="text/javascript")
    if zipped:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(made.etag)
    response.cache_control.public = True
    response.cache_control.max_age = 300
    response.make_conditional(request)
    return response


@blueprint.get("/widget.js")
def script_short() -> AnyResponse:
    """The address to write into a page; the script finds the desk by where it comes from in the end."""
    return redirect(url_for(".script"), 301)


@blueprint.get("/widget/page.css")
def page_styles() -> Response:
    """Styles of the pages around the chat; the brand's colours come first."""
    brand = company().brand
    tokens = f":root{{--accent-light:{brand.accent};--accent-dark:{brand.accent_dark}}}\n"
    response = Response(tokens + PAGE_STYLES.read_text(encoding="utf-8"), mimetype="text/css")
    response.cache_control.max_age = 300
    return response


@blueprint.get("/widget/logo")
def logo() -> Response:
    """The employer's logo."""
    path = company().brand.logo
    if not path or not (ROOT / path).is_file():
        raise NotFound
    response = send_file(ROOT / path, max_age=3600)
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"  # an SVG may style itself
    return response


@blueprint.get("/chat")
def chat() -> str:
    """The chat as a page, for a link or a QR code."""
    return render_template("widget/chat.html", language=language(), role=request.args.get("role", "")[:64], brand=company())


@blueprint.get("/chat/plain")
def plain_page() -> Response:
    """The chat as a form, before anything was asked."""
    return _plain(plain.empty(language(), request.args.get("role", "")[:64]))


@blueprint.post("/chat/plain")
@limiter.limit("40 per minute")
def plain_send() -> Response:
    """Take what the form holds, and show the conversation with its answers."""
    if request.form.get("language", "sv") not in LANGUAGES:
        abort(422)
    return _plain(plain.take(request.form))


@blueprint.post("/chat/plain/file")
@limiter.limit("40 per minute")
def plain_file() -> Response:
    """A recruiter's file, to be saved."""
    found, path = plain.file(request.form)
    return send_file(path, mimetype=found.mime, as_attachment=True, download_name=found.name)


def _plain(page: plain.Page) -> Response:
    settings = current_app.config["SETTINGS"]
    html = render_template("widget/plain.html", page=page, language=page.language, brand=company(), site=settings.site)
    response = Response(html, 422 if page.error else 200, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"  # the page holds the conversation's token
    return response
