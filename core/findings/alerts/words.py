"""Decisions in words: what was decided, by whom, when, why, until when."""

from core.findings.alerts.definition import shipped
from core.findings.alerts.measures import measures
from core.labels import CHOICE
from core.model.decision import Choice, Decision, DecisionKind
from core.model.record import PatientRecord
from core.words import _, day


def decision_text(one: Decision, who: str) -> str:
    """“Declined by the patient (Dr Nabavi, 5 Nov 2026): prefers to wait. Asked again on 5 Feb 2027.”"""
    text = _("{what} ({who}, {day})").format(
        what=CHOICE[one.choice], who=who, day=day(one.at.astimezone().date())
    )
    if one.choice is Choice.PLANNED:
        planned = _("Planned until {until} ({who}, {day})")
        text = planned.format(
            until=day(one.review_on), who=who, day=day(one.at.astimezone().date())
        )
    if one.reason:
        text += f": {one.reason}"
    text = text.rstrip(".") + "."
    if one.choice.needs_date and one.choice is not Choice.PLANNED:
        text += " " + _("Asked again on {day}.").format(day=day(one.review_on))
    return text


def past(record: PatientRecord) -> tuple[tuple[Decision, str], ...]:
    """Every decision on the patient's actions, the latest first, each with what it was about."""
    made = [one for one in record.decisions if one.kind is DecisionKind.ACTION]
    return tuple((one, _about(record, one)) for one in reversed(made))


def _about(record: PatientRecord, one: Decision) -> str:
    """The action and its facts, as far as the catalogue and the record still know them."""
    kind = shipped().actions.get(one.subject)
    facts = [_remembered(record, key, value) for key, value in one.facts.items() if "/" not in key]
    return f"{kind.title if kind else one.subject}: {', '.join(dict.fromkeys(facts))}"


def _remembered(record: PatientRecord, key: str, value: float | None) -> str:
    alert, _dot, part = key.partition(".")
    event = next((event for event in record.events if event.id == part), None)
    if event is not None:
        return event.term
    definition = shipped().alerts.get(alert)
    rules = definition.rules if definition else ()
    rule = next((rule for rule in rules if rule.id == part), None)
    if rule is None or value is None:
        return part or key
    return measures()[rule.every[0].measure].brief(value)
