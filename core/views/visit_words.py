"""What visits, their forms and the people of a file are called."""

from collections.abc import Mapping

from core.instruments import catalog as instruments
from core.model.nouns import (
    ADVERSE_EVENTS,
    LABORATORY,
    MEASUREMENTS,
    SINCE_LAST_TIME,
    SPIROMETRY,
)
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.words import N_, Words, _, day

STEP_TITLES: Mapping[str, str] = Words(
    {
        SINCE_LAST_TIME: N_("Since last time"),
        SPIROMETRY: N_("Spirometry"),
        MEASUREMENTS: N_("Measurements"),
        LABORATORY: N_("Laboratory"),
        ADVERSE_EVENTS: N_("Adverse events"),
        "tasks": N_("Other assessments"),
    }
)  # of a visit's forms that are no questionnaires


def form_title(form: str) -> str:
    """The name of a form that can be locked by itself."""
    known = instruments.shipped()
    if form in known:
        return known[form].title
    return STEP_TITLES.get(form, form)


def transcribed_text(visit: Visit, names: Mapping[str, str]) -> str:
    """What a visit that was entered from a paper form says of it; empty for any other."""
    if visit.paper_on is None:
        return ""
    text = _(
        "Transcribed from paper of {paper} (filled in by {who}); entered on {entered} by {rater}"
    )
    return text.format(
        paper=day(visit.paper_on),
        who=visit.paper_by or _("not recorded"),
        entered=day(visit.started_at.astimezone().date()),
        rater=named(names, visit.rater),
    )


def visit_title(record: PatientRecord, visit: Visit) -> str:
    """What a visit is called: as its schedule calls it, the first one of a routine patient by that name."""
    if visit.code is None:
        return _("Unscheduled visit")
    protocol = protocols.of_visit(record, visit)
    return protocol.visit_title(visit.code, is_first=record.is_first(visit))


def named(names: Mapping[str, str], login: str) -> str:
    """The full name of a user; the login of one whom the file does not know any more."""
    return names.get(login, login)
