"""Pages behind the links in mails about job alerts."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, make_response, render_template
from flask_babel import gettext

from api.answers.company import company
from api.candidates import alerts, mails
from api.candidates.pages import Page, show, speak, unusable
from api.db import db
from api.limits import limiter
from api.links import LinkUnusable

blueprint = APIBlueprint("candidates", __name__, enable_openapi=False, template_folder="templates")
blueprint.register_error_handler(LinkUnusable, unusable)
OFTEN = "30 per minute"


@blueprint.get("/pages.css")
def stylesheet() -> Response:
    """The pages' look, in the company's colours."""
    response = make_response(render_template("candidates/pages.css", brand=company().brand))
    response.mimetype = "text/css"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@blueprint.get("/alerts/confirm/<token>")
@limiter.limit(OFTEN)
def ask_to_confirm(token: str) -> Response:
    """Asks once more, because programs follow links too."""
    alert = alerts.to_confirm(token)
    speak(alert.language)
    text = gettext("We write to you when a new job comes that fits: %(wish)s. Every mail has a link that ends it.", wish=mails.wish(alert))
    return show(Page(gettext("New jobs by mail"), text, gettext("Yes, write to me")))


@blueprint.post("/alerts/confirm/<token>")
@limiter.limit(OFTEN)
def confirm(token: str) -> Response:
    """Switches the alert on."""
    alert = alerts.to_confirm(token)
    speak(alert.language)
    alerts.confirm(alert)
    db.session.commit()
    return show(Page(gettext("Done"), gettext("From now on we write when a new job comes that fits: %(wish)s.", wish=mails.wish(alert))))


@blueprint.get("/alerts/end/<token>")
@limiter.limit(OFTEN)
def ask_to_end(token: str) -> Response:
    """Asks once more, because programs follow links too."""
    alert, every = alerts.to_end(token)
    speak(alert.language)
    about = gettext("all our jobs") if every else mails.wish(alert)
    text = gettext("You get mails from us about new jobs: %(wish)s. Shall we stop?", wish=about)
    return show(Page(gettext("New jobs by mail"), text, gettext("Stop the mails")))


@blueprint.post("/alerts/end/<token>")
@limiter.limit(OFTEN)
def end(token: str) -> Response:
    """Ends the alert, or all of the address."""
    alert, every = alerts.to_end(token)
    speak(alert.language)
    alerts.end(alert, every)
    db.session.commit()
    return show(Page(gettext("Done"), gettext("You get no more of these mails. If you change your mind, ask for them again in the chat.")))
