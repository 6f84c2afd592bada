"""More than one device on a conversation: tokens beside the first one, for who comes by a link in a mail.

Nothing is stored for them: such a token is signed, names its conversation, and ends with it.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from api import links
from api.conversations.models import Conversation, Locked

PURPOSE, LIFE = "device", timedelta(days=180)


def token_for(conversation: Conversation) -> str:
    """Another token that opens this conversation."""
    return links.sign(PURPOSE, [conversation.id, _mark(conversation)])


def opens(conversation: Conversation | Locked, token: str) -> bool:
    """Whether `token` is one of those for this conversation. A first token holds no full stop, and costs nothing here."""
    if "." not in token:
        return False
    try:
        id_, mark = links.read(PURPOSE, token, LIFE)
    except links.LinkUnusable:
        return False
    return bool(id_ == conversation.id) and hmac.compare_digest(str(mark), _mark(conversation))


def _mark(conversation: Conversation | Locked) -> str:
    """A piece of what is kept of the first token: another first token would end these, too."""
    return conversation.token_hash[:16]
