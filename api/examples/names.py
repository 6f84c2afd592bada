"""What staff call the intents and skills that the repository ships, and what candidates want with each."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

SKILLS: dict[str, Any] = {
    "roles": _l("Jobs"),
    "pay": _l("Pay and benefits"),
    "process": _l("Recruitment"),
    "apply": _l("Applying"),
    "contact": _l("Contact"),
    "company": _l("The company"),
    "privacy": _l("Data and trust"),
    "relation": _l("Staying in touch"),
    "limits": _l("Limits"),
    "smalltalk": _l("Small talk"),
    "studio": _l("Our own questions"),
}
# Those that no button leads to have no title in the chat.
NAMES: dict[str, Any] = {
    "out_of_scope": _l("Out of scope"),
    "affirm": _l("Yes"),
    "deny": _l("No"),
    "chitchat": _l("Chatting"),
    "goodbye": _l("Goodbye"),
    "greet": _l("Hello"),
    "thank": _l("Thanks"),
}
WANTS: dict[str, Any] = {
    "search_roles": _l("See open jobs, by field, place or kind"),
    "ask_role_tasks": _l("Know what the work really is: days, duties"),
    "ask_requirements": _l("Know what education, experience or licence is required"),
    "ask_language_requirements": _l("Know which languages are needed"),
    "ask_location": _l("Know where the work is done"),
    "ask_remote_work": _l("Know about remote or hybrid work"),
    "ask_working_hours": _l("Know about hours, shifts, length of contract"),
    "ask_start_date": _l("Know when the job starts"),
    "ask_deadline": _l("Know the last day to apply"),
    "ask_team": _l("Know the team and the manager"),
    "ask_employer": _l("Know which employer is behind the ad"),
    "ask_salary": _l("Know the pay or its range"),
    "ask_benefits": _l("Know the benefits"),
    "give_salary_expectation": _l("Say what pay they hope for, or earn today"),
    "ask_process": _l("Know the steps of the recruitment"),
    "ask_application_status": _l("Know which stage their own application is in"),
    "ask_next_contact": _l("Know who contacts them next, when and how"),
    "ask_response_time": _l("Know how long an answer usually takes"),
    "ask_interview": _l("Know how the interview is done and how to prepare"),
    "reschedule_interview": _l("Have the interview at another time"),
    "ask_assessment": _l("Know about tests and assessments"),
    "ask_feedback": _l("Have feedback, or know why they were not chosen"),
    "how_to_apply": _l("Know how to apply, without an ad too"),
    "ask_documents": _l("Know which CV, letter or certificates are needed"),
    "confirm_receipt": _l("Know whether their application arrived"),
    "edit_application": _l("Change or complete their application"),
    "withdraw_application": _l("Withdraw their application"),
    "technical_problem": _l("Have help with a form or sign-in that fails"),
    "ask_contact_person": _l("Know whom to ask, and how to reach them"),
    "request_human": _l("Talk to a person, now or by phone"),
    "complaint": _l("Complain about how they were treated"),
    "ask_company": _l("Know what the company does, its size and values"),
    "ask_career_development": _l("Know about training, growth and careers"),
    "ask_internship": _l("Know about internships, summer jobs, theses"),
    "ask_relocation": _l("Know about moving, visas and work permits"),
    "ask_accommodation": _l("Know about adjustments, equality, accessibility"),
    "ask_privacy": _l("Know what is kept about them, why and for how long"),
    "export_my_data": _l("Have a copy of their data"),
    "delete_my_data": _l("Have their data erased"),
    "ask_ai_use": _l("Know whether a machine decides about them"),
    "verify_offer": _l("Know whether a message or an offer is really ours"),
    "subscribe_job_alerts": _l("Be told of new jobs"),
    "unsubscribe": _l("Have no more mails"),
    "refer_friend": _l("Recommend somebody"),
    "give_feedback": _l("Praise us or rate the experience"),
    "customer_question": _l("Have help as a customer, not as a candidate"),
    "ask_fit": _l("Be judged: am I good enough, what are my chances"),
    "out_of_scope": _l("Anything that this chat cannot help with"),
    "greet": _l("Say hello"),
    "goodbye": _l("Say goodbye"),
    "thank": _l("Say thanks"),
    "affirm": _l("Say yes to what was asked"),
    "deny": _l("Say no to what was asked"),
    "bot_challenge": _l("Know whether this is a person or a machine"),
    "chitchat": _l("Just chat: how are you, nice weather"),
}
# Questions that the desk must always understand: the law, the way to a person, and what each NLU model is tested with.
INDISPENSABLE = frozenset(
    (
        *("affirm", "deny", "out_of_scope", "request_human", "bot_challenge"),
        *("ask_ai_use", "ask_privacy", "export_my_data", "delete_my_data"),
        *("ask_salary", "how_to_apply"),
    )
)


def name(intent: str, titles: dict[str, str]) -> str:
    """What staff call a shipped intent: its button's title, or a name of our own."""
    return str(titles.get(intent) or NAMES.get(intent) or intent.replace("_", " "))
