"""More than one device on a conversation: tokens beside the first one, for who comes by a link in a mail.

Nothing is stored for them: such a token is signed, names its conversation and the mailbox that the link came to, and
ends with the conversation. Once somebody has proven who they are, those from other mailboxes open nothing any more.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from api import links
from api.candidates.marks import may_open
from api.conversations.models import Conversation, Locked

PURPOSE, LIFE = "device", timedelta(days=180)


def token_for(conversation: Conversation, came_to: str) -> str:
    """Another token that opens this conversation, for who came by a link to the mailbox with this mark."""
    return links.sign(PURPOSE, [conversation.id, _mark(conversation), came_to])


def is_devices(token: str) -> bool:
    """Whether a token is one of these: the first ones have no full stop."""
    return "." in token


def opens(conversation: Conversation | Locked, token: str) -> bool:
    """Whether `token` is one of those for this conversation. A first token holds no full stop, and costs nothing here."""
    if not is_devices(token):
        return False
    try:
        id_, mark, *came_to = links.read(PURPOSE, token, LIFE)
    except links.LinkUnusable:
        return False
    if id_ != conversation.id or not hmac.compare_digest(str(mark), _mark(conversation)):
        return False
    # Before mailboxes stood in tokens, anybody's link gave the same one: such a token may be a stranger's.
    return may_open(came_to[0] if came_to else None, conversation)


def _mark(conversation: Conversation | Locked) -> str:
    """A piece of what is kept of the first token: another first token would end these, too."""
    return conversation.token_hash[:16]
