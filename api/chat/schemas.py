"""What the candidates' API takes and gives (the public contract)."""

from __future__ import annotations

from typing import Any

from apiflask import Schema, fields
from marshmallow import ValidationError, validate, validates_schema

from api.fields import MAX_INT, Text, language_field

TEXT_LIMIT = 2000


class Start(Schema):
    """`reply` opens the conversation it was mailed for instead of starting one; the rest is then not looked at."""

    language = language_field()
    role = Text(64, metadata={"description": "Reference of the role whose page the chat stands on."})
    identity = Text(4096, metadata={"description": "Signed identity token (JWT) from the careers site."})
    reply = Text(1024, metadata={"description": "What stands behind `#reply=` in a mailed link: opens that very conversation."})


class Send(Schema):
    client_id = fields.UUID(required=True)
    text = Text(TEXT_LIMIT, shortest=1)
    button = Text(1000, shortest=1)
    role = Text(64, metadata={"description": "Reference of the role whose page this is written on; unknown ones are ignored."})

    @validates_schema
    def one_of(self, data: dict[str, Any], **_: Any) -> None:
        if ("text" in data) == ("button" in data):
            raise ValidationError("Send either text or button.", "text")
        if "text" in data and not data["text"].strip():
            raise ValidationError("The message is empty.", "text")


class ButtonOut(Schema):
    title = fields.String(required=True)
    button = fields.String(required=True)


class SourceOut(Schema):
    kind = fields.String(required=True)
    ref = fields.String(allow_none=True)
    as_of = fields.String(allow_none=True)


class AttachmentOut(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    mime = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "In bytes."})


class MessageOut(Schema):
    id = fields.String(required=True)
    seq = fields.Integer(required=True)
    sender = fields.String(required=True, validate=validate.OneOf(("candidate", "assistant", "recruiter", "system")))
    author = fields.String()
    text = fields.String(required=True)
    language = fields.String(required=True)
    buttons = fields.List(fields.Nested(ButtonOut))
    sources = fields.List(fields.Nested(SourceOut))
    attachments = fields.List(fields.Nested(AttachmentOut))
    in_reply_to = fields.String(allow_none=True)
    client_id = fields.String(allow_none=True)
    rating = fields.String(allow_none=True)
    sent_at = fields.AwareDateTime(required=True)


class Status(Schema):
    status = fields.String(required=True, validate=validate.OneOf(("answered", "waiting", "with_recruiter")))
    waiting_because = fields.String(allow_none=True, validate=validate.OneOf(("waking_up", "delayed", None)))
    speaker = fields.String(allow_none=True, metadata={"description": "The recruiter who has taken over, if one has."})


class Started(Schema):
    id = fields.String(required=True)
    token = fields.String(required=True)
    language = fields.String(required=True)
    messages = fields.List(fields.Nested(MessageOut))


class Answered(Status):
    message = fields.Nested(MessageOut)
    replies = fields.List(fields.Nested(MessageOut))


class Talk(Status):
    """The status with what only matters while a person is waited for, or has just been here."""

    ended = fields.Boolean(metadata={"description": "A recruiter has ended it; what is written next reaches a person again."})
    expected = fields.String(allow_none=True, metadata={"description": "When a person answers, in words, while one is waited for."})
    reply_mail = fields.Boolean(metadata={"description": "Whether a person's answer is also told by mail."})
    rate = fields.Boolean(metadata={"description": "Whether to ask what the person's help was worth."})


class History(Talk):
    language = fields.String()
    messages = fields.List(fields.Nested(MessageOut))


class After(Schema):
    after = fields.Integer(load_default=0, validate=validate.Range(0, MAX_INT))


class LanguageIn(Schema):
    language = language_field(required=True)


class Rate(Schema):
    message = Text(32, required=True)
    value = fields.String(required=True, validate=validate.OneOf(("up", "down")))


class Ask(Schema):
    reason = Text(500)


class EmailIn(Schema):
    email = fields.Email(required=True, validate=validate.Length(max=254))


class CodeIn(Schema):
    code = Text(12, shortest=1, required=True)


class TypingIn(Schema):
    typing = fields.Boolean(load_default=True, metadata={"description": "`false`: has stopped."})


class SeenIn(Schema):
    seq = fields.Integer(required=True, strict=True, validate=validate.Range(0, MAX_INT))


class ReplyMail(Schema):
    email = fields.Email(required=True, allow_none=True, validate=validate.Length(max=254), metadata={"description": "`null`: no mail after all."})


class HelpRating(Schema):
    score = fields.Integer(required=True, strict=True, validate=validate.Range(1, 5))
    comment = Text(TEXT_LIMIT, load_default="")


class TranscriptMail(Schema):
    email = fields.Email(validate=validate.Length(max=254), metadata={"description": "Needed only while no address is known."})


class RolesQuery(Schema):
    language = language_field(load_default="en")
    q = Text(200, load_default="")


class BrandQuery(Schema):
    language = language_field(load_default="en")
    role = Text(64, metadata={"description": "Reference of the role whose page the chat stands on: whose office answers."})
