"""Calling one webhook: `{"text": …}`, as Slack and Teams take it, signed as Standard Webhooks describes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime

import urllib3

from api.outbox.models import Webhook

SECONDS = 15
_pool = urllib3.PoolManager(retries=False)


class Refused(Exception):
    """The other side has answered, but not with yes."""


def call(url: str, secret: str, webhook: Webhook, now: datetime) -> None:
    """Tell the other side. Raises `Refused` and urllib3's `HTTPError`; redirects are not followed."""
    body = json.dumps({"text": webhook.text}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "Applicant-Desk", "webhook-id": webhook.id}
    if secret:
        headers |= signed(secret, webhook.id, int(now.timestamp()), body)
    answer = _pool.request("POST", url, body=body, headers=headers, timeout=SECONDS, redirect=False)
    if not 200 <= answer.status < 300:
        raise Refused(f"HTTP {answer.status}")


def signed(secret: str, id_: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that prove where a call comes from: HMAC-SHA256 over `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    digest = hmac.new(key, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {"webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{base64.b64encode(digest).decode()}"}
