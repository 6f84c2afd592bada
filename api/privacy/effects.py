"""Effects by which candidates dispose of their data."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale, gettext

from api.conversations.effects import Acting, handles
from api.handoff.service import add_request
from api.privacy import service


@handles("export")
def export(acting: Acting, data: dict[str, Any]) -> str:
    """Mail a link to a copy; what only the ATS holds is for the recruiters to add."""
    service.mail_export(acting.conversation)
    add_request(acting, "export")
    with force_locale(acting.conversation.language):
        acting.say(gettext("A mail with a link to your data is on its way to you. The link works for 24 hours."))
    return "mailed"


@handles("erase")
def erase(acting: Acting, data: dict[str, Any]) -> str:
    """Erase at once. What is said afterwards is all that is left of the conversation."""
    service.erase(acting.conversation)
    with force_locale(acting.conversation.language):
        acting.say(
            gettext(
                "Your data is erased here: your applications, our conversations, and your address. Our recruiters have been told to erase "
                "what they keep of you elsewhere. You are welcome to ask anything, as somebody we do not know."
            )
        )
    return "erased"
