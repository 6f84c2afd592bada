"""The steps of recruitment, and how one's own application is doing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from actions import applications as own_applications
from actions import checks, dates, offers, replies, role_choice, texts
from actions.applications import Application
from actions.company_answers import tell_company_answer
from actions.questions import answers
from actions.role_answers import joined, number, role_text, tell, tell_ad_text
from actions.turn import Turn

MOST_AT_ONCE = 4


@answers("ask_process")
async def tell_process(turn: Turn) -> None:
    """The steps of the role's recruitment, else of the company's."""
    role = await role_choice.role_if_known(turn)
    if await checks.say_if_unwritten(turn, "ask_process", "process", role):
        return
    steps = ((role or {}).get("texts") or {}).get("process")
    if role and isinstance(steps, list) and steps:
        lines = [_step_line(turn, n, step) for n, step in enumerate(steps, 1)]
        tell(turn, role, "ask_process", "utter_role_process", steps="\n".join(lines))
    else:
        await tell_company_answer(turn, "process", "ask_process", role)


def _step_line(turn: Turn, order: int, step: dict[str, str]) -> str:
    description = f": {step['description']}" if step.get("description") else ""
    return f"{order}. {step['name']}{description}"


@answers("ask_assessment")
async def tell_assessment(turn: Turn) -> None:
    """Tests and assessments of the role, else of the company."""
    role = await role_choice.role_if_known(turn)
    if await checks.say_if_unwritten(turn, "ask_assessment", "assessment", role):
        return
    if not (role and tell_ad_text(turn, role, "ask_assessment", "assessment")):
        await tell_company_answer(turn, "assessment", "ask_assessment", role)


@answers("ask_response_time")
async def tell_response_time(turn: Turn) -> None:
    """How long others have waited, with the size of the sample, and what the ad promises."""
    role = await role_choice.role_if_known(turn)
    measured = await turn.gateway.response_times(role["ref"] if role else None)
    promised = measured.get("promised_days")
    median, sample = measured.get("median_days"), measured.get("sample") or 0
    title = role["title"] if role else ""
    fields: dict[str, Any] = {"title": title}
    if median is not None and sample:
        name = "utter_response_time_role" if role else "utter_response_time"
        fields.update(days=_days(turn, median), sample=number(sample, turn.language))
        fields["promised"] = _promised(turn, promised)
    elif promised and role:
        name = "utter_response_time_promised"
        fields["days"] = _days(turn, promised)
    else:
        name = "utter_response_time_unknown"
    replies.say(
        turn,
        name,
        sources=[replies.source("measure", measured, role["ref"] if role else "all")],
        buttons=[replies.question(turn, "ask_next_contact"), replies.question(turn, "ask_process")],
        **fields,
    )


def _days(turn: Turn, count: float) -> str:
    unit = texts.word("day_one" if count == 1 else "day_many", turn.language)
    return f"{number(count, turn.language)} {unit}"


def _promised(turn: Turn, days: float | None) -> str:
    if not days:
        return ""
    return texts.sentence("utter_part_promised_days", turn.language, days=_days(turn, days))


@answers("ask_application_status")
async def tell_status(turn: Turn) -> None:
    """Stage, since when, what comes next, who gets in touch, how and by when."""
    found = await own_applications.own(turn)
    if not found:
        own_applications.say_none(turn)
        return
    chosen = own_applications.meant(turn, found)
    own_applications.chase_overdue(turn, chosen)
    if len(chosen) == 1:
        _tell_one_status(turn, chosen[0])
        return
    own_applications.await_choice(turn, "ask_application_status", chosen)
    lines = [_status_line(turn, application) for application in chosen[:MOST_AT_ONCE]]
    replies.say(
        turn,
        "utter_status_many",
        count=len(chosen),
        lines="\n".join(lines),
        sources=[own_applications.source(a) for a in chosen[:MOST_AT_ONCE]],
        buttons=own_applications.choices(turn, "ask_application_status", chosen),
    )


def _tell_one_status(turn: Turn, application: Application) -> None:
    role_choice.discuss_own(turn, application["role_ref"])
    status = application["status"]
    fields: dict[str, str] = {
        "title": application["role_title"],
        "since": own_applications.day(turn, application["stage_since"]),
        "as_of": own_applications.as_of(turn, application),
    }
    if status == "active":
        fields["stage"] = application["stage_name"]
        fields["following"] = _next_stage(turn, application)
    if status != "withdrawn":
        fields["promise"] = own_applications.promise_words(turn, application) if _is_awaited(application) else ""
    if status == "rejected":
        fields["feedback"] = _feedback_words(turn, application)
    replies.say(
        turn,
        f"utter_status_{status}",
        sources=[own_applications.source(application)],
        buttons=_after_status(turn, application),
        **fields,
    )


def _next_stage(turn: Turn, application: Application) -> str:
    stage = application.get("next_stage_name")
    return texts.sentence("utter_part_next_stage", turn.language, stage=stage) if stage else ""


def _feedback_words(turn: Turn, application: Application) -> str:
    feedback = application.get("feedback")
    return texts.sentence("utter_part_feedback", turn.language, feedback=feedback) if feedback else ""


def _after_status(turn: Turn, application: Application) -> list[replies.Button]:
    ref = application["ref"]
    if application["status"] == "rejected":
        if application.get("interviewed"):
            return offers.make(turn, "feedback_call", "feedback_call", application=ref)
        follow = [replies.question(turn, "ask_feedback", application=ref)]
        return follow + [replies.question(turn, "search_roles")]
    if application["status"] != "active":
        return [replies.person(turn)]
    if application.get("promise"):
        return [replies.question(turn, "ask_interview", application=ref), replies.person(turn)]
    contact = own_applications.contact_name(turn, application)
    return offers.ask_recruiter_offer(turn, "next_contact", application["role_ref"], contact)


def _status_line(turn: Turn, application: Application) -> str:
    status = application["status"]
    name = "utter_part_line_active" if status == "active" else f"utter_part_line_{status}"
    promise = own_applications.promise_words(turn, application, may_ask=False) if _is_awaited(application) else ""
    return texts.sentence(
        name,
        turn.language,
        title=application["role_title"],
        stage=application.get("stage_name") or "",
        promise=promise,
    )


@answers("ask_next_contact")
async def tell_next_contact(turn: Turn) -> None:
    """Who contacts the candidate next, how and by when."""
    found = await own_applications.own(turn)
    if not found:
        own_applications.say_none(turn)
        return
    chosen = own_applications.meant(turn, found)
    awaited = [a for a in chosen if _is_awaited(a)]
    if not awaited:
        await tell_status(turn)
        return
    own_applications.chase_overdue(turn, awaited)
    one = awaited[0] if len(awaited) == 1 else None
    if one is None:
        own_applications.await_choice(turn, "ask_next_contact", awaited)
    lines = [_contact_line(turn, application, may_ask=one is not None) for application in awaited[:MOST_AT_ONCE]]
    buttons = _after_contact(turn, one) if one else own_applications.choices(turn, "ask_next_contact", awaited)
    replies.say(
        turn,
        "utter_next_contact",
        lines="\n".join(lines),
        buttons=buttons,
        sources=[own_applications.source(a) for a in awaited[:MOST_AT_ONCE]],
    )


def _after_contact(turn: Turn, application: Application) -> list[replies.Button]:
    if application["status"] == "active":
        return _after_status(turn, application)
    follow = [replies.question(turn, "ask_feedback", application=application["ref"])] if application["status"] == "rejected" else []
    return [*follow, replies.person(turn)]  # a call is on its way: none is offered


def _is_awaited(application: Application) -> bool:
    """Whether a contact is still to come: somebody may have promised to call after a rejection or a hire, too."""
    promised = bool(application.get("promise")) and application["status"] != "withdrawn"
    return application["status"] == "active" or promised


def _contact_line(turn: Turn, application: Application, may_ask: bool) -> str:
    return texts.sentence(
        "utter_part_contact_line",
        turn.language,
        title=application["role_title"],
        promise=own_applications.promise_words(turn, application, may_ask).strip(),
    )


@answers("ask_interview")
async def tell_interview(turn: Turn) -> None:
    """One's own coming interviews, the soonest first; what interviews are like here where there is none."""
    mine = own_applications.meant(turn, await own_applications.own(turn)) if turn.verified else []
    coming = [a for a in mine if has_coming_interview(turn, a)]
    for application in sorted(coming, key=_interview_at):
        role = await role_choice.read(turn, application["role_ref"])
        found = role_text(turn, role, "interview") if role else None
        _tell_own_interview(turn, application, f" {found.words}{found.note}" if found else "")
    if len(coming) == 1:
        role_choice.discuss_own(turn, coming[0]["role_ref"])
    if not coming:
        await _tell_interviews_here(turn, mine)


async def _tell_interviews_here(turn: Turn, mine: list[Application]) -> None:
    """Of the role of the application that a button names, whatever page it is pressed on; else of the role in question."""
    if turn.application is None:
        role = await role_choice.role_if_known(turn)
    else:
        pressed = next((a for a in mine if a["ref"] == turn.application), None)
        role = await _role_of(turn, pressed) if pressed else None
    if not (role and tell_ad_text(turn, role, "ask_interview", "interview")):
        await tell_company_answer(turn, "interview", "ask_interview", role)


def _interview_at(application: Application) -> datetime:
    return datetime.fromisoformat(application["interview"]["at"])


async def _role_of(turn: Turn, application: Application) -> dict[str, Any] | None:
    role_choice.discuss_own(turn, application["role_ref"])
    return await role_choice.read(turn, application["role_ref"])


def has_coming_interview(turn: Turn, application: Application) -> bool:
    """Whether an interview lies ahead."""
    at = (application.get("interview") or {}).get("at")
    running = application["status"] == "active"
    return bool(running and at and datetime.fromisoformat(at) > turn.now)


def _tell_own_interview(turn: Turn, application: Application, more: str) -> None:
    interview, language = application["interview"], turn.language
    details = [texts.word(f"interview_{interview['form']}", language)] if interview.get("form") else []
    if interview.get("minutes"):
        minutes = number(interview["minutes"], language)
        details.append(texts.sentence("utter_part_minutes", language, number=minutes))
    if interview.get("place"):
        details.append(interview["place"])
    people = [str(person) for person in interview.get("participants") or []]
    with_whom = texts.sentence("utter_part_participants", language, people=joined(people, language)) if people else ""
    replies.say(
        turn,
        "utter_own_interview",
        title=application["role_title"],
        moment=dates.moment(interview["at"], language, turn.now.date()),
        details=f": {', '.join(details)}" if details else "",
        people=with_whom,
        more=more,
        sources=[own_applications.source(application)],
        buttons=[replies.question(turn, "reschedule_interview", application=application["ref"])],
    )
