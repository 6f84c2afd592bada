"""What an ATS sends: roles and applications, one a request."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, HTTPTokenAuth, Schema, fields
from marshmallow import ValidationError, validate

from api.accounts import service as accounts
from api.accounts.models import ApiKey
from api.audit.service import Actor
from api.db import db
from api.errors import Invalid
from api.limits import limiter
from api.roles import service
from api.roles.schemas import ApplicationIn, RoleIn, reference

blueprint = APIBlueprint("feeds", __name__, url_prefix="/api/v1", tag="Roles and applications from an ATS")
auth = HTTPTokenAuth(description="A key of an ATS (`desk keys add NAME`).", security_scheme_name="AtsKey")
auth.verify_token(accounts.key_for)
REFERENCE = reference()
# An ATS sends all it has after a change of its own; one request a role or application.
limit = limiter.limit("3000 per minute")


class SavedOut(Schema):
    """What came of it; `created` also shows as 201."""

    ref = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(("created", "changed", "unchanged")))


CREATED = {"description": "Created", "content": {"application/json": {"schema": SavedOut}}}
SAVED: Any = {200: "Changed, or the same as before", 201: CREATED, 401: "No key in force", 422: "Something in it is not right", 429: "Too many requests"}


def _sender() -> Actor:
    key: ApiKey = auth.current_user  # type: ignore[assignment]
    return Actor("ats", key.id)


def _named(ref: str, data: dict[str, Any]) -> dict[str, Any]:
    """The body with the reference of the path. Raises `Invalid` if the body names another."""
    if data.get("ref", ref) != ref:
        raise Invalid(errors=[{"field": "ref", "message": "Differs from the reference in the address."}])
    try:
        REFERENCE.deserialize(ref)
    except ValidationError as error:
        raise Invalid(errors=[{"field": "ref", "message": str(message)} for message in error.messages]) from None
    return data | {"ref": ref}


def _answer(saved: service.Saved[Any]) -> tuple[dict[str, str], int]:
    ref = saved.row.ref
    db.session.commit()
    return {"ref": ref, "outcome": saved.outcome}, 201 if saved.outcome == "created" else 200


@blueprint.put("/roles/<ref>")
@limit
@blueprint.auth_required(auth)
@blueprint.input(RoleIn)
@blueprint.output(SavedOut)
@blueprint.doc(responses=SAVED)
def put_role(ref: str, json_data: dict[str, Any]) -> tuple[dict[str, str], int]:
    """Create a role, or replace all that is known of it. Sending the same again changes nothing."""
    return _answer(service.save_role(_named(ref, json_data), _sender()))


@blueprint.delete("/roles/<ref>")
@limit
@blueprint.auth_required(auth)
@blueprint.output({}, status_code=204)
@blueprint.doc(responses=[401, 404, 429])
def delete_role(ref: str) -> str:
    """Remove a role. One that somebody has applied for is closed instead."""
    service.remove_role(ref, _sender())
    db.session.commit()
    return ""


@blueprint.put("/applications/<ref>")
@limit
@blueprint.auth_required(auth)
@blueprint.input(ApplicationIn)
@blueprint.output(SavedOut)
@blueprint.doc(responses=SAVED)
def put_application(ref: str, json_data: dict[str, Any]) -> tuple[dict[str, str], int]:
    """Create or change an application; optional fields that are left out stay as they are.

    Another stage ends the open promise: kept, or broken if its day had passed. A candidate who withdrew in the
    chat stays withdrawn until a later `stage_since` comes.
    """
    return _answer(service.save_application(_named(ref, json_data), _sender()))


@blueprint.delete("/applications/<ref>")
@limit
@blueprint.auth_required(auth)
@blueprint.output({}, status_code=204)
@blueprint.doc(responses=[401, 404, 429])
def delete_application(ref: str) -> str:
    """Remove an application with its history and promises."""
    service.remove_application(ref, _sender())
    db.session.commit()
    return ""
