"""Names in the genitive: 'Nordens kontor' but 'Hus kontor', 'Norden's office' but 'James' office'.

A text says `{company}s` or `{company}'s`; what comes after a name that ends in an s is seen only when it is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_GENITIVE = {"sv": re.compile(r"(?<!\{)\{(\w+)\}s(?!\w)"), "en": re.compile(r"(?<!\{)\{(\w+)\}(['’])s(?!\w)")}
_ENDS = {"sv": ("s", "x", "z"), "en": ("s",)}


def fitted(text: str, language: str, values: Mapping[str, Any]) -> str:
    """The text, not filled in yet, without the genitive's s where the name that is to stand there ends in one."""

    def without_s(found: re.Match[str]) -> str:
        name = str(values.get(found[1]) or "").casefold()
        return found[0][:-1] if name.endswith(_ENDS[language]) else found[0]

    return _GENITIVE[language].sub(without_s, text) if language in _GENITIVE else text
