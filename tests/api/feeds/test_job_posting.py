"""Whatever a feed sends in a JobPosting: it becomes a role, or is refused; it never breaks the import."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from api.app import create_app
from api.config import load_settings
from api.feeds import job_posting, pages, values
from api.roles.schemas import RoleIn
from tests.api.feeds.test_import import POSTING

WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["heltid", "Stockholm", "Sverige", "12 345,50", "2026-02-30", "2026-02-03T25:00", "https://x.example/a/", "<p>x</p>", "&lt;b&gt;", "MONTH"]
    ),
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*POSTING, "name", "value", "address", "minValue", "currency"]), inner, max_size=4)
    ),
    max_leaves=8,
)
PROPERTIES = st.sampled_from([*POSTING, "jobStartDate", "applicationContact", "jobLocationType", "inLanguage", "responsibilities", "workHours"])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> APIFlask:
    """The gateway, for its company; no database is asked."""
    return create_app(load_settings(var=tmp_path_factory.mktemp("var"), database_url="sqlite://", log_level="ERROR"))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(changes=st.dictionaries(PROPERTIES, ANYTHING, max_size=4))
def test_any_shape_becomes_a_role_or_is_refused(app: APIFlask, changes: dict[str, Any]) -> None:
    with app.app_context():
        try:
            role, _ = job_posting.as_role(POSTING | changes)
            RoleIn().load(role)
        except (job_posting.Refused, ValidationError) as error:
            assert str(error)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (38000, 38000), ("38 000", 38000), ("38\xa0000 kr", 38000), ("38.000,50", "38000.50"), ("3,200.5", "3200.5"), ("3,200", 3200), ("18,5", "18.5"),
        ("18.50 €/h", "18.50"), ("1 234 567", 1234567), (True, None), ("enligt avtal", None), (float("nan"), None), (float("inf"), None), (None, None),
        ({"value": "5"}, 5), ([7], 7),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(written: Any, meant: Any) -> None:
    assert values.number(written) == (None if meant is None else Decimal(meant))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain & simple, a < b", "plain & simple, a < b"),
        ("<p>Ett</p><p>Två<br>Tre</p>", "Ett\n\nTvå\nTre"),
        ("<ul><li>a<li>b</ul>", "• a\n• b"),
        ("&lt;p&gt;Dubbelt &amp;amp; kodat&lt;/p&gt;", "Dubbelt & kodat"),
        ("<script>alert(1)</script><style>p{}</style>Kvar", "Kvar"),
        ("<b>oavslutat", "oavslutat"),
        ("  rader \r\n\n\n\n  kvar ", "rader\n\nkvar"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert pages.words(html) == text


def test_a_long_description_begins_with_whole_sentences() -> None:
    sentences = "Du monterar värmepumpar. " * 40
    with_end = job_posting._beginning(sentences)
    assert with_end.endswith("pumpar.") and len(with_end) <= job_posting.SUMMARY_LENGTH
    assert job_posting._beginning("ord " * 300).endswith("ord …")
