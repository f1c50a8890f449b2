"""A decision on an action as it is typed: to a value, or to the problems of its fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core import entry
from core.entry import Problem
from core.findings.alerts.actions import Action
from core.model.decision import Choice, Decision, DecisionKind
from core.model.record import PatientRecord
from core.protocols.definition import Offset, Unit
from core.protocols.schedule import shift
from core.words import _

OFFERED = (Choice.DONE, Choice.PLANNED, Choice.DECLINED, Choice.NOT_NOW)


@dataclass(frozen=True, slots=True)
class Given:
    """What a person said: the decision, its reason (needed for "not now"), and when it is asked again."""

    choice: Choice
    reason: str = ""
    review_on: date | None = None


def proposed_review(choice: Choice, today: date, limits: Mapping[str, float]) -> date | None:
    """The day on which a refusal or "not now" is asked again, by the clinic's setting; a plan has its own."""
    if choice not in {Choice.DECLINED, Choice.NOT_NOW}:
        return None
    return shift(today, Offset(round(limits["alert_review_months"]), Unit.MONTHS))


def read(
    choice: Choice | None, day: str, reason: str, *, today: date
) -> Given | dict[str, Problem]:
    """What was typed as a decision, or a problem per field: choice, day, reason."""
    problems: dict[str, Problem] = {}
    if choice is None:
        return {"choice": Problem(_("Say what was decided."))}
    review_on = None
    if choice.needs_date:
        found = entry.day(day)
        if isinstance(found, Problem):
            problems["day"] = found
        elif found is None:
            problems["day"] = Problem(_("Enter the day, for example 2026-11-21."))
        elif found <= today:
            problems["day"] = Problem(_("This day is not in the future. Enter a later one."))
        else:
            review_on = found
    if choice is Choice.NOT_NOW and not reason.strip():
        problems["reason"] = Problem(_("Say why not now."))
    return problems or Given(choice, reason.strip(), review_on)


def decide(
    record: PatientRecord, action: Action, given: Given, *, by: str, at: datetime
) -> Decision:
    """What is to be saved when a person has decided: with the worst facts that were known."""
    return Decision(
        patient_id=record.patient.id,
        kind=DecisionKind.ACTION,
        subject=action.id,
        choice=given.choice,
        reason=given.reason,
        review_on=given.review_on,
        facts=dict(action.worst),
        visit_id=action.visit_id,
        by=by,
        at=at,
    )
