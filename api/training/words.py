"""What trainings and the gate say to people, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext, lazy_gettext, ngettext

from api.reader import language
from api.training.gate import Reason

LANGUAGE = {"sv": lazy_gettext("Swedish"), "fi": lazy_gettext("Finnish"), "en": lazy_gettext("English")}
STATUS = {
    "queued": lazy_gettext("waits for its turn"),
    "running": lazy_gettext("under way"),
    "done": lazy_gettext("finished"),
    "failed": lazy_gettext("failed"),
    "stopped": lazy_gettext("stopped"),
}
KIND = {"training": lazy_gettext("Training"), "comparison": lazy_gettext("Comparison")}
STAGE = {
    "queued": lazy_gettext("Waiting for the worker"),
    "gathering": lazy_gettext("Gathering the examples"),
    "training": lazy_gettext("Learning from the examples"),
    "reading": lazy_gettext("Reading how it does on examples that it has not seen"),
    "smoke": lazy_gettext("Trying whether it starts and knows the simplest questions"),
    "comparing": lazy_gettext("Comparing it with the live model, message by message"),
    "stories": lazy_gettext("Playing the test conversations"),
}
ERROR = {
    "no_environment": lazy_gettext("The assistant's own Python is not installed here, so nothing can be trained. Ask whoever runs the desk."),
    "bad_data": lazy_gettext("The training data could not be used. What exactly is wrong stands in the log."),
    "no_space": lazy_gettext("The disk is full, so the new model could not be written. Ask whoever runs the desk."),
    "memory": lazy_gettext("There was not enough memory, so the system ended the training. Try again when there is less to do."),
    "crashed": lazy_gettext("The training ended by itself, and did not say why in plain words. The log may tell more."),
    "cannot_load": lazy_gettext("The new model could not be loaded, so it could not be compared. The log tells more."),
    "lost": lazy_gettext("The worker stopped in the middle of it, twice. Try again; if it happens once more, ask whoever runs the desk."),
    "broken": lazy_gettext("Something went wrong that nobody foresaw. The service's own log tells more."),
}
SAMPLE = {
    "held_out": lazy_gettext("examples that it had not seen in training"),
    "locked": lazy_gettext("labelled real messages"),
}


def error(code: str | None) -> str:
    """Why a training failed, in a sentence."""
    return str(ERROR.get(code or "", ERROR["broken"]))


def reason(said: Reason, titles: Mapping[str, str]) -> str:
    """A sentence for what the gate says; `titles`: what intents are called."""
    f = dict(said.fields)
    if "language" in f:
        f["language"] = str(LANGUAGE[f["language"]])
    if "languages" in f:
        f["languages"] = ", ".join(str(LANGUAGE[code]) for code in f["languages"])
    if "intent" in f:
        f["intent"] = titles.get(f["intent"], f["intent"])
    if "sample" in f:
        f["sample"] = str(SAMPLE[f["sample"]])
    if said.code == "small_locked_set" and not f["n"]:
        return gettext("No labelled real message measures it yet. Labelling under Misunderstood adds some.")
    if said.code == "small_locked_set":
        return ngettext(
            "Only %(num)d labelled real message measures it; that is too few to tell much. Labelling under Misunderstood adds more.",
            "Only %(num)d labelled real messages measure it; that is too few to tell much. Labelling under Misunderstood adds more.",
            f["n"],
        )
    numbers = {name: format_decimal(value, locale=language()) for name, value in f.items() if isinstance(value, int)}
    return _sentence(said.code, f | numbers, titles)


def _sentence(code: str, f: dict[str, Any], titles: Mapping[str, str]) -> str:
    if code in _COMPARED:
        counted = gettext("Of %(n)s %(sample)s it gets %(now)s right; the live model got %(before)s (%(lost)s lost, %(gained)s gained).", **f)
        return f"{gettext(_COMPARED[code], **f)} {counted} {gettext('Chance does not explain that.')}"
    if "intents" in f:
        f["intents"] = ", ".join(titles.get(name, name) for name in f["intents"])
    return gettext(_PLAIN[code], **f)


def N_(text: str) -> str:  # noqa: N802 - the usual name; marks a text to translate where it is used
    return text


_COMPARED = {
    "intent_lost": N_("“%(intent)s” is understood less well in %(language)s."),
    "language_lost": N_("%(language)s is understood less well as a whole."),
    "scope_lost": N_("In %(language)s it sees less often that a message is not for the desk, and answers something else instead."),
}
_PLAIN = {
    "intents_gone": N_("It no longer knows these questions, because they were retired or merged: %(intents)s."),
    "thin_examples": N_("These questions have fewer than %(enough)s examples in a language, so they are understood less surely: %(intents)s."),
    "not_checked": N_("It has not been checked: the comparison did not come to its end. Compare it first."),
    "not_compared": N_("It has not been compared with the model that is live now. Compare it first."),
    "smoke_failed": N_("It fails the smoke test, so it must not answer anybody: %(detail)s"),
    "stories_failed": N_("A test conversation goes wrong (right are %(detail)s). The log of the training tells which one."),
    "few_examples": N_("“%(intent)s” has %(n)s examples in %(language)s (the live model: %(before)s). At least %(fewest)s are needed."),
    "no_examples": N_("“%(intent)s” has no examples left in any language, though it was not retired: it would not be understood any more."),
    "no_answer": N_("“%(intent)s” has no answer in: %(languages)s."),
    "judged_worse": N_("Of the real messages that were judged, it answers %(worse)s worse and %(better)s better than the live model."),
    "nothing_to_compare": N_("No model is live that it could be compared with."),
    "stories_absent": N_("The test conversations are not part of this installation, so they were not played."),
    "no_held_out": N_("One of the two models is from before trainings kept figures, so they could not be compared on examples."),
    "locked_left_out": N_("%(n)s labelled real messages were left out, because one of the models had learnt from the same wording."),
}
