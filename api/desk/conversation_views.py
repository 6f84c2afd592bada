"""One conversation: read, kept current, its files and what can be put into a reply."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from flask import Response, request, send_file
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from api import clock
from api.accounts import staff as everyone
from api.accounts.access import current_staff, staff_required
from api.answers import queries as answers
from api.db import db, read_only
from api.desk import listing, show
from api.desk.asked import asked
from api.desk.inbox_views import of_list
from api.desk.pages import blueprint, page, wants_part
from api.desk.talk import Talk, earlier_lines, find, number, talk, viewed
from api.handoff import attachments, canned, colleagues, inbox, presence, suggestion, summary

CONVERSATION = "/conversations/<conversation_id>"


@blueprint.get(CONVERSATION)
@staff_required
def conversation(conversation_id: str) -> Response:
    """The conversation with the list beside it, or alone for a page that has the list already."""
    staff = current_staff()
    viewed(staff, conversation_id)
    db.session.commit()
    read_only()
    found = talk(staff, conversation_id)
    parts = whole(found)
    if wants_part():
        return page("_detail", asked=asked(), **parts)
    return page("inbox", **of_list(asked()), **parts)


@blueprint.get(f"{CONVERSATION}/live")
@staff_required
def live(conversation_id: str) -> Response:
    """What has changed since the page looked: `after` is its last message, `version` the one it shows."""
    read_only()
    return changed(conversation_id)


@blueprint.get(f"{CONVERSATION}/earlier")
@staff_required
def earlier(conversation_id: str) -> Response:
    """Messages before the first that the page shows; without scripts as a page of their own."""
    read_only()
    found = talk(current_staff(), conversation_id, after=2**31 - 1)
    lines, more = earlier_lines(current_staff(), conversation_id, number("before"))
    if not wants_part():
        return page("inbox", apart=True, **of_list(asked()), **whole(replace(found, lines=lines, earlier=more)))
    return page("_earlier", talk=found, lines=lines, more=more)


@blueprint.get(f"{CONVERSATION}/insert")
@staff_required
def insert(conversation_id: str) -> Response:
    """Ready replies, with their places filled, and what the company says; both in the candidate's language."""
    read_only()
    row = find(conversation_id)
    ready = canned.for_conversation(row, current_staff())
    said = [{"title": answer["title"] or answer["key"].replace("_", " ").capitalize(), "text": answer["text"]} for answer in answers.every(row.language)]
    return page("_insert", conversation_id=row.id, groups=[(gettext("Ready replies"), ready), (gettext("What the company says"), said)])


@blueprint.get(f"{CONVERSATION}/suggestion")
@staff_required
def suggested(conversation_id: str) -> Response:
    """What the assistant would answer, to change and send. It is asked anew, and what it wants done is not done."""
    read_only()
    find(conversation_id)
    return page("_suggestion", suggestion=suggestion.suggest(conversation_id))


@blueprint.get(f"{CONVERSATION}/attachments/<attachment_id>")
@staff_required
def attachment(conversation_id: str, attachment_id: str) -> AnyResponse:
    """A file that was sent here, to save: never shown by the browser as a page of the desk's."""
    read_only()
    file, path = attachments.open_for(conversation_id, attachment_id)
    return send_file(path, mimetype=file.mime, as_attachment=True, download_name=file.name)


def changed(conversation_id: str, whole_too: bool = False) -> Response:
    """The parts of a conversation's page that are new to it, for htmx to put into their places."""
    staff = current_staff()
    found = talk(staff, conversation_id, after=number("after"))
    other_version = number("version", -1) != found.row.version
    if whole_too or other_version or request.values.get("whole"):
        return page("_live", oob=True, whole=True, composer=other_version, asked=asked(), **whole(found))
    return page("_live", oob=True, whole=False, talk=found, others=presence.others(conversation_id, staff.id))


def whole(found: Talk) -> dict[str, Any]:
    """What the head, the summary, the reply box and the card need."""
    staff = current_staff()
    return {
        "talk": found, "others": presence.others(found.id, staff.id), "card": inbox.card(found.row), "known_labels": listing.labels(),
        "people": everyone.everybody(active=True), "teams": colleagues.teams(), "snoozes": show.snoozes(clock.now()), "client_id": uuid.uuid4(),
        "summary": summary.of(found.row, found.handoff.note if found.handoff else ""),
    }  # fmt: skip
