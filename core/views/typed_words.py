"""Where a text was typed that is no value yet, in words: the page or the step, and the field where it has a name.

The names under which texts are kept ("check.device", "typing.details.details.weight") are the program's own. Nobody reads
them: what is not known here is said by its page alone.
"""

from collections.abc import Mapping

from core.forms import catalog as forms
from core.instruments import catalog as instruments
from core.laboratory import catalog as laboratory
from core.model import measurement, thresholds
from core.model.nouns import ADVERSE_EVENTS, LABORATORY, MEASUREMENTS
from core.views.sheet import definition as sheet
from core.views.visit_words import STEP_TITLES
from core.words import N_, Words, _

VISIT = "visit"
PAGES: Mapping[str, str] = Words(
    {
        "patient": N_("Patient"),
        "event": N_("Adverse event"),
        "chart-event": N_("Adverse event"),
        "chart-milestone": N_("Milestone"),
        "laboratory": N_("Laboratory"),
        "settings": N_("Settings"),
        "query": N_("Queries"),
        "registers": N_("Registers"),
        "sheet": N_("Patient sheet"),
        VISIT: N_("Visit"),
    }
)
# A step of a visit, or a part of a page, that is called otherwise in the name of a text.
_PARTS: Mapping[str, str] = Words(
    {
        "details": N_("Visit"),
        "note": N_("Note of the visit"),
        "check": N_("Checks of spirometers"),
        "training": N_("Training of raters"),
    }
)
_STEPS: Mapping[str, str] = {
    "event": ADVERSE_EVENTS,
    "measurement": MEASUREMENTS,
    "task": "tasks",
    "since": "since-last-time",
    "lab": LABORATORY,
}
# The tables whose columns the fields of a page are called by.
TABLES_OF: Mapping[str, tuple[str, ...]] = {
    "patient": ("patient",),
    "event": ("adverse_event",),
    "chart-event": ("adverse_event",),
    "chart-milestone": ("milestone",),
    "settings": ("clinic",),
    "registers": ("calibration_check", "rater_training"),
    VISIT: ("visit", "spirometry", "adverse_event"),
}
# Fields that are typed under another name than their column's.
_FIELDS: Mapping[str, str] = Words(
    {
        "weight": N_("weight"),
        "height": N_("height"),
        "region": N_("onset region"),
        "coded": N_("CTCAE term"),
        "criteria": N_("serious because"),
        "kind": N_("kind"),
        "when": N_("when"),
        "idle_lock": N_("locks after"),
        "blow": N_("blow"),
        "syringe": N_("volume of the syringe"),
        "low_flow": N_("measured at low flow"),
        "middle_flow": N_("measured at middle flow"),
        "high_flow": N_("measured at high flow"),
        "paper": N_("paper form of"),
        "ask": N_("question"),
        "field": N_("what is asked about"),
        "answer": N_("answer"),
        "title": N_("name"),
        "asks": N_("what the visit asks for"),
    }
)


def place_title(place: str, field: str) -> str:
    """The page on which a text was typed, or the step of a visit; a form by its title."""
    parts = [] if place == "sheet" else field.split(".")
    for part in (*place.split(".")[1:], *parts):
        found = _part_title(part)
        if found:
            return found
    return PAGES.get(place.partition(".")[0], _("a page of a later version"))


def field_title(place: str, field: str, columns: Mapping[str, str]) -> str:
    """What the field is called; empty where it has no name. ``columns`` are the titles of the page's columns, in words."""
    if place == "sheet":  # where its visit is before the field
        name = field.partition("/")[2]
        title = sheet.field_title(name)
        return "" if title == name else title
    parts = field.split(".")
    for part in reversed(parts):
        found = _of_definition(place, parts, part) or _FIELDS.get(part, "") or columns.get(part, "")
        if found:
            return found
    return ""


def _part_title(part: str) -> str:
    step = _STEPS.get(part, part)
    shipped = instruments.shipped()
    if step in shipped:
        return str(shipped[step].title)
    form = forms.newest().get(step)
    title = "" if form is None else form.title
    return STEP_TITLES.get(step, "") or _PARTS.get(step, "") or title


def _of_definition(place: str, parts: list[str], part: str) -> str:
    """The title of what is data: a threshold, a test, a measurement, a question, a field of a form."""
    if part in thresholds.shipped() and "threshold" in parts:
        return thresholds.shipped()[part].title
    if part in laboratory.tests():
        return laboratory.tests()[part].title
    if part in measurement.kinds():
        return measurement.kinds()[part].title
    shipped = instruments.shipped()
    questionnaire = next((shipped[one] for one in parts if one in shipped), None)
    if questionnaire is not None and (variants := questionnaire.variants(part)):
        return str(variants[0].title)
    form = next(
        (found for one in (*place.split("."), *parts) if (found := forms.newest().get(one))), None
    )
    known = None if form is None else form.find(part)
    return "" if known is None else known.title
