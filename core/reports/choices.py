"""What can be chosen of a document that is several: loaded without what draws it."""

from collections.abc import Mapping
from datetime import date, timedelta

from core.forms import catalog
from core.instruments import catalog as instruments
from core.model.document import (
    OfDay,
    OfDefinition,
    OfEvent,
    OfForm,
    OfNothing,
    OfTreatments,
    OfWeeks,
)
from core.protocols import catalog as protocols
from core.protocols.definition import Protocol
from core.views import calendar, trends
from core.views.trends import Axis
from core.words import _, day, long_day, n_patients

CIOMS, PLAIN = "cioms", "plain"
ALL, VISIT, QUESTIONNAIRE = "all", "visit", "questionnaire"


def blank_forms(source: OfNothing) -> Mapping[str, str]:
    """Every form of a schedule, those of one of its visits, or one questionnaire: by "kind/schedule@version/which".

    The schedule is that of the choice, where there is one, else the clinic's.
    """
    shown = schedule_of(source)
    name = _name(shown)
    found = {f"{ALL}/{name}/": _("All visits and questionnaires")}
    for visit in shown.visits:
        title = _("Visit: {title}").format(title=visit.title)
        found[blank_form(shown, visit.code)] = title
    found[blank_form(shown, "")] = _("Unscheduled visit")
    for instrument in instruments.shipped().values():
        found[f"{QUESTIONNAIRE}/{name}/{instrument.id}"] = instruments.title(instrument)
    return found


def schedule_of(source: OfNothing) -> Protocol:
    """The schedule that the choice names, else the clinic's. Raises InvalidProtocol."""
    if not source.choice:
        return protocols.of_new_patients(source.clinic)
    schedule, _at, version = source.choice.split("/")[1].partition("@")
    return protocols.required(schedule, version)


def event_reports(_source: OfEvent) -> Mapping[str, str]:
    """How the report of an event is laid out."""
    return {CIOMS: _("In the order of CIOMS I"), PLAIN: _("Plain")}


def forms(_source: OfDefinition | OfForm) -> Mapping[str, str]:
    """The forms that are data, by id."""
    return {name: form.plural for name, form in catalog.newest().items()}


EVENTS = "events"  # beside the axis: adverse events are drawn, too


def timelines(source: OfTreatments) -> Mapping[str, str]:
    """The time axes that this patient has, each with and without adverse events."""
    found = {}
    for scale in trends.time_scales(source.record):
        found[timeline(scale.axis, events=False)] = scale.title
        with_events = _("{axis}, with adverse events").format(axis=scale.title)
        found[timeline(scale.axis, events=True)] = with_events
    return found


def timeline(axis: Axis, *, events: bool) -> str:
    """The choice of a picture of the treatments."""
    return f"{axis.value}/{EVENTS}" if events else axis.value


def days(source: OfDay) -> Mapping[str, str]:
    """The days whose list can be shown, each with how many come."""
    found = {}
    for on, count in source.days.items():
        patients = n_patients(count)
        found[day_choice(on)] = f"{long_day(on)} · {patients}" if count else long_day(on)
    return found


def weeks(source: OfWeeks) -> Mapping[str, str]:
    """The weeks that can be shown: from this one on, and those that are."""
    this = calendar.week_of(source.printed_at.astimezone().date())
    begins = {source.first, *(this + timedelta(days=n * calendar.DAYS) for n in range(4))}
    text = _("4 weeks from {day}")
    return {day_choice(first): text.format(day=day(first)) for first in sorted(begins)}


def day_choice(on: date) -> str:
    """The choice of a day, or of the weeks that begin with it."""
    return on.isoformat()


def blank_form(protocol: Protocol, code: str) -> str:
    """The choice of the forms of one visit of a schedule; ``code`` is empty for an unscheduled one."""
    return f"{VISIT}/{_name(protocol)}/{code}"


def _name(protocol: Protocol) -> str:
    return f"{protocol.id}@{protocol.version}"
