from __future__ import annotations

import pytest

from actions.senders import belongs_to, email_in, senders_in


def test_an_address_ends_before_the_full_stop() -> None:
    assert email_in("Skriv till anna.berg@example.com.") == "anna.berg@example.com"
    assert email_in("ingen adress här") is None


@pytest.mark.parametrize(
    ("text", "domains"),
    [
        ("from hr@lumivik-jobs.com", ["lumivik-jobs.com"]),
        ("the link https://www.lumivik.example/apply", ["lumivik.example"]),
        ("@lumivik.example", ["lumivik.example"]),
        ("they sent offer.pdf from a@b.example", ["b.example"]),
        ("nothing here, t.ex. bl.a. kontonummer", []),
    ],
)
def test_domains_of_mails_and_links(text: str, domains: list[str]) -> None:
    assert senders_in(text) == domains


def test_a_domain_belongs_only_when_it_is_ours_or_below() -> None:
    assert belongs_to("mail.lumivik.example", ["lumivik.example"])
    assert not belongs_to("evil-lumivik.example", ["lumivik.example"])
    assert not belongs_to("lumivik.example.com", ["lumivik.example"])
