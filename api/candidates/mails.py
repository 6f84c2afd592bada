"""The words of the mails to candidates: short, in their language, without anything that only they may know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import current_app
from flask_babel import force_locale, gettext

from api.answers.company import company
from api.candidates.models import Feedback, JobAlert
from api.conversations.models import Conversation
from api.reader import nearest
from api.roles import text
from api.roles.models import Role
from api.roles.queries import local_now

MOST_ROLES = 20


@dataclass(frozen=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str


def _letter(subject: str, *paragraphs: str) -> Letter:
    """Greeting, paragraphs, and who it is from."""
    return Letter(subject, "\n\n".join((gettext("Hi!"), *paragraphs, company().name)) + "\n")


@contextmanager
def _in(language: str) -> Iterator[str]:
    """Texts in this language; gives the company's name."""
    with force_locale(language):
        yield company().name


def code(code: str, language: str) -> Letter:
    """The six digits that prove an address."""
    with _in(language) as name:
        return _letter(
            gettext("Your code for %(company)s", company=name),
            gettext("Your code is %(code)s. Type it in the chat within 10 minutes, and I can tell you about your application.", code=code),
            gettext("You have not asked for a code? Then somebody has typed your address, perhaps by mistake. Nobody sees anything of yours without the code."),
        )


def site(path: str) -> str:
    """An address of ours, for a mail."""
    return f"{current_app.config['SETTINGS'].site}{path}"


def wish(alert: JobAlert) -> str:
    """What an alert is about, in words."""
    like = Role(
        field=alert.field, employment_type=alert.employment_type, remote="full" if alert.remote else None
    )  # a role that is not kept, to say it as roles do
    parts = (text.line_of_work(like), text.employment(like), alert.location, text.remote(like))
    return ", ".join(part for part in parts if part) or gettext("all our jobs")


def alert_question(alert: JobAlert, confirm: str, end: str) -> Letter:
    """Asks whether the address really wants to hear of new roles."""
    with _in(alert.language) as name:
        return _letter(
            gettext("Shall we tell you about new jobs at %(company)s?", company=name),
            gettext("Somebody, hopefully you, would like to hear about new jobs with us: %(wish)s. Confirm it here within a week:", wish=wish(alert)),
            site(confirm),
            gettext("If it was not you, do nothing, and nothing more will come."),
            _end(end),
        )


def alert_news(alert: JobAlert, roles: list[Role], end: str) -> Letter:
    """New roles that fit an alert."""
    with _in(alert.language) as name:
        if len(roles) == 1:
            subject = gettext("New job at %(company)s: %(title)s", company=name, title=_title(roles[0], alert.language))
        else:
            subject = gettext("New jobs at %(company)s", company=name)
        more = [gettext("You find the rest here: %(url)s", url=company().site_url)] if len(roles) > MOST_ROLES else []
        return _letter(
            subject,
            gettext("You wanted to hear about new jobs (%(wish)s). This is new:", wish=wish(alert)),
            *(_role(role, alert.language) for role in roles[:MOST_ROLES]),
            *more,
            _end(end),
        )


def _role(role: Role, language: str) -> str:
    """A role in two or three lines: title and towns, last day, address."""
    towns, title = text.places(role), _title(role, language)
    lines = [f"{title} ({towns})" if towns else title]
    if role.closes_on:
        lines.append(text.closes_on(role, local_now(role.office).date()))
    if role.url:
        lines.append(site(role.url) if role.url.startswith("/") else role.url)
    return "\n".join(lines)


def _title(role: Role, language: str) -> str:
    titles = {t.language: t.title for t in role.texts}
    best = nearest(titles, language)
    return titles[best] if best else role.ref


def _end(path: str) -> str:
    return gettext("No more mails about this: %(url)s", url=site(path))


def alert_end(language: str, path: str) -> Letter:
    """The way to end the alerts of an address, for whoever reads its mail."""
    with _in(language) as name:
        return _letter(
            gettext("No more job alerts from %(company)s?", company=name),
            gettext("Somebody, hopefully you, asked us to stop writing to you about new jobs. You end it here:"),
            site(path),
            gettext("If you want to keep the mails, do nothing."),
        )


def export(language: str, path: str) -> Letter:
    """Where the candidate's data can be fetched."""
    with _in(language) as name:
        return _letter(
            gettext("A copy of your data at %(company)s", company=name),
            gettext("You asked for a copy of what we keep about you here. You fetch it with this link, which works for 24 hours:"),
            site(path),
            gettext("Do not pass the link on: whoever has it can read your data."),
        )


def answered(language: str, person: str, link: str) -> Letter:
    """A person has answered; what they wrote is read behind the link."""
    with _in(language) as name:
        return _letter(
            gettext("%(person)s at %(company)s has answered you", person=person, company=name),
            gettext("%(person)s, recruiter, has answered your question. Read it and go on here:", person=person),
            link,
            gettext("The link works for 30 days and opens your conversation, so keep it to yourself."),
        )


def learnt(language: str, link: str) -> Letter:
    """The assistant has an answer to something that it did not understand; both are read behind the link."""
    with _in(language) as name:
        return _letter(
            gettext("Now we can answer your question at %(company)s", company=name),
            gettext("You asked us something that we did not understand then. Now there is an answer. Read it and go on here:"),
            link,
            gettext("The link works for 30 days and opens your conversation, so keep it to yourself."),
        )


def conversation_text(language: str, text: str) -> Letter:
    """What was said, to the candidate's own address."""
    with _in(language) as name:
        return _letter(gettext("Your conversation with %(company)s", company=name), gettext("Here is what we have written to each other so far:"), text.strip())


def conversation_link(language: str, link: str) -> Letter:
    """The way to what was said, for an address that nobody has proven: fixed words, since a stranger may read them."""
    with _in(language) as name:
        return _letter(
            gettext("Your conversation with %(company)s", company=name),
            gettext("Somebody, hopefully you, asked us to send this link. It opens the conversation, where it can be read, continued and downloaded:"),
            link,
            gettext("The link works for 30 days. If it was not you, delete this mail, and nothing more will come."),
        )


def feedback(conversation: Conversation, feedback: Feedback) -> Letter:
    """Tells the recruiters what a candidate thinks; in English, without saying who."""
    score = f"{feedback.score} of 5" if feedback.score else "no score"
    words = f"\n\nIn their words: {feedback.comment}" if feedback.comment else ""
    return Letter(f"Feedback from a candidate: {score}", f"Score: {score}. Language: {conversation.language}. Conversation: {conversation.id}.{words}\n")
