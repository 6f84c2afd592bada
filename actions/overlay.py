"""The texts that admins have worded otherwise than shipped, kept at hand so that no turn waits for them.

They are asked for again every other second, in the background. While the gateway does not answer, the last
known ones count.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from actions import gateway

log = logging.getLogger("assistant")
EVERY = 2.0  # seconds
COMPANY = "company_"  # what the names of company questions begin with

Texts = dict[str, dict[str, dict[str, str]]]

_texts: Texts = {}


def text(kind: str, key: str, language: str) -> str | None:
    """The wording in force of a `response`, `title`, `button`, `word` or `question_title`; None: as shipped."""
    return _texts.get(kind, {}).get(key, {}).get(language)


def any_language(kind: str, key: str, language: str) -> str | None:
    """As `text`, but in the nearest language that there is."""
    found = _texts.get(kind, {}).get(key, {})
    return next((found[code] for code in (language, "en", "sv", "fi") if code in found), None)


def use(texts: Any) -> None:
    """Let these texts be in force: {kind: {key: {language: text}}}. What has another shape is left aside."""
    global _texts
    if _well_formed(texts):
        _texts = texts


async def refresh(known: str | None = None) -> str | None:
    """Read the texts anew unless they are as at `known` (an ETag); returns their ETag. Raises `GatewayError`."""
    etag, texts = await gateway.current().texts(known)
    if texts is not None:
        use(texts)
    return etag


async def keep_fresh(known: str | None = None) -> None:
    """Refresh for ever, and say in the log when that stops or starts to work."""
    away = False
    while True:
        await asyncio.sleep(EVERY)
        try:
            known = await refresh(known)
        except gateway.GatewayError as error:
            if not away:
                log.warning("texts: as last known, the gateway does not answer (%s)", error)
            away = True
        else:
            if away:
                log.info("texts: up to date again")
            away = False


def _well_formed(texts: Any) -> bool:
    by_key = texts.values() if isinstance(texts, dict) else [None]
    by_language = [each for keys in by_key for each in (keys.values() if isinstance(keys, dict) else [None])]
    return all(isinstance(each, dict) and all(isinstance(text, str) for text in each.values()) for each in by_language)
