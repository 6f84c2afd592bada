from __future__ import annotations

import pytest

from actions.role_lookup import match_roles
from tests.actions.office import Office

OPEN = [{**r, "titles": {k: t["title"] for k, t in r["texts"].items()}} for r in Office().roles]


def named(text: str) -> list[str]:
    return [role["ref"] for role in match_roles(text, OPEN)]


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("vad tjänar en värmepumpsinstallatör", "LV-101"),
        ("värmepumpsinstallatörens lön", "LV-101"),
        ("värmepumpsinstalatör", "LV-101"),
        ("lämpöpumppuasentajan palkka", "LV-101"),
        ("tell me about the heat pump installer", "LV-101"),
        ("LV-101?", "LV-101"),
        ("lv 101", "LV-101"),
        ("the payroll specialist job", "LV-104"),
        ("palkka-asiantuntijan työajat", "LV-104"),
        ("lönespecialistjobbet", "LV-104"),
        ("jobbet som säljare", "LV-105"),
        ("myyjän tehtävä", "LV-105"),
        ("backendutvecklare", "LV-103"),
        ("backendkehittäjän paikka", "LV-103"),
        ("the backend developer position", "LV-103"),
        ("serviceteknikern i Tammerfors", "LV-109"),
        ("huoltoteknikon palkka", "LV-109"),
        ("markkinoijan työ", "LV-108"),
    ],
)
def test_a_role_is_known_by_title_in_any_language_or_by_reference(text: str, ref: str) -> None:
    assert named(text) == [ref]


@pytest.mark.parametrize(
    "text",
    [
        "vad är lönen?",
        "mitä palkkaa maksatte",
        "do you need a developer mindset",
        "vem är chefen för teamet",
        "hur mycket kostar en värmepump",
        "what data do you keep about me",
        "I sell heat",
        "har ni service på pumpar",
        "LV-1010",
        "specialist",
        "digital kanal",
        "",
    ],
)
def test_ordinary_words_name_no_role(text: str) -> None:
    assert named(text) == []
