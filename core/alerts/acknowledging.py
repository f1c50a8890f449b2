"""Who has seen which alert, when and why; and which are open because nobody has."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.alerts.definition import shipped
from core.alerts.found import Alert, Finding, alerts_of, findings
from core.alerts.measures import measures
from core.model.ids import VisitId
from core.model.judgement import Acknowledgement
from core.model.record import PatientRecord
from core.words import _, day


@dataclass(frozen=True, slots=True)
class Seen:
    """Alerts acknowledged in one act: what was shown, by whom, when and why."""

    what: str
    by: str
    at: datetime
    reason: str


def open_alerts(record: PatientRecord) -> tuple[Alert, ...]:
    """What nobody has acknowledged yet, at most one alert of an id; none once the patient has died.

    An alert stays open also where later visits do not meet its rule.
    """
    if record.died is not None:
        return ()
    seen_of = _seen_in(record)
    return alerts_of(finding for finding in findings(record) if seen_of(finding) is None)


def seen(record: PatientRecord, alert: Alert) -> Acknowledgement | None:
    """The acknowledgement of the alert; None while any of its findings waits for one."""
    found = [*map(_seen_in(record), alert.findings)]
    return None if None in found else found[-1]


def acknowledge(
    record: PatientRecord, alert: Alert, reason: str, by: str, at: datetime
) -> tuple[Acknowledgement, ...]:
    """What is to be saved when a person has seen the alert: one acknowledgement for each of its findings."""
    return tuple(
        Acknowledgement(
            patient_id=record.patient.id,
            alert=finding.key,
            visit_id=finding.visit_id,
            value=finding.value,
            reason=reason,
            by=by,
            at=at,
        )
        for finding in alert.findings
    )


def acknowledged(record: PatientRecord) -> tuple[Seen, ...]:
    """Every acknowledgement of the patient, the latest first; those of one act are one, with their last values."""
    places = _places(record)
    acts: dict[tuple[datetime, str, str, str], dict[str, str]] = {}
    for one in sorted(record.acknowledgements, key=lambda one: places.get(one.visit_id, -1)):
        act = (one.at, one.alert.partition(".")[0], one.by, one.reason)
        acts.setdefault(act, {})[one.alert] = _remembered(record, one)
    return tuple(
        Seen(f"{alert} " + ", ".join(what.values()), by, at, reason)
        for (at, alert, by, reason), what in sorted(acts.items(), reverse=True)
    )


def seen_text(one: Acknowledgement, who: str) -> str:
    """Who has seen an alert, when and why."""
    return _("Seen by {who}, {day}: {reason}").format(
        who=who, day=day(one.at.astimezone().date()), reason=one.reason
    )


def _places(record: PatientRecord) -> dict[VisitId | None, int]:
    """The visits in their order."""
    return {visit.id: place for place, visit in enumerate(record.visits)}


def _seen_in(record: PatientRecord) -> Callable[[Finding], Acknowledgement | None]:
    """Tells the last acknowledgement of a value as bad or worse, at the same visit or a later one."""
    places, by_key = _places(record), defaultdict(list)
    for one in record.acknowledgements:
        by_key[one.alert].append(one)

    def covers(one: Acknowledgement, finding: Finding) -> bool:
        if one.value is None or finding.worse_than(one.value):
            return False
        if finding.event_id is not None:
            return True  # its key is the event itself
        if one.visit_id not in places or finding.visit_id is None:
            return False  # the visit was discarded
        return places[finding.visit_id] <= places[one.visit_id]

    def last(finding: Finding) -> Acknowledgement | None:
        later_first = reversed(by_key[finding.key])
        return next((one for one in later_first if covers(one, finding)), None)

    return last


def _remembered(record: PatientRecord, one: Acknowledgement) -> str:
    """What an acknowledgement was about, as far as the catalogue and the record still know it."""
    alert, _dot, part = one.alert.partition(".")
    event = next((event for event in record.events if event.id == part), None)
    if event is not None:
        return event.term
    rules = shipped()[alert].rules if alert in shipped() else ()
    rule = next((rule for rule in rules if rule.id == part), None)
    if rule is None or one.value is None:
        return part
    visit = next((visit for visit in record.visits if visit.id == one.visit_id), None)
    said = measures()[rule.every[0].measure].said(one.value)
    return f"{said}, {day(visit.date)}" if visit else said
