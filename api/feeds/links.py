"""Links for an ATS's mails: they open the chat as the applicant."""

from __future__ import annotations

from apiflask import Schema, fields

from api.accounts.models import ApiKey
from api.audit.service import Actor
from api.candidates import identity
from api.db import db
from api.feeds.views import auth, blueprint, limit


class LinkOut(Schema):
    url = fields.URL(required=True, metadata={"description": "For mails to this applicant only; works for 30 days."})


@blueprint.post("/applications/<ref>/link")
@limit
@blueprint.auth_required(auth)
@blueprint.output(LinkOut)
@blueprint.doc(responses=[401, 404, 429])
def make_link(ref: str) -> dict[str, str]:
    """A link for a mail to the applicant, which proves to the chat who they are."""
    key: ApiKey = auth.current_user  # type: ignore[assignment]
    url = identity.make_link(ref, Actor("ats", key.id))
    db.session.commit()
    return {"url": url}
