"""The clinic's two logs in words: the columns of their lists and of their tables."""

from collections.abc import Mapping
from datetime import date

from core.findings.registers import off, topic_title
from core.model.registers import CalibrationCheck, RaterTraining
from core.views.visit_words import named
from core.words import _, day, number


def result(check: CalibrationCheck) -> str:
    """Whether a check was passed, and by how much the worst of the three is off."""
    text = _("passed, {off}") if check.passed else _("failed, {off}")
    return text.format(off=off(check))


def litres(ml: int) -> str:
    return number(ml / 1000, 2, "L")


def validity(training: RaterTraining, today: date) -> str:
    """Until when a training counts."""
    if training.expires_on is None:
        return _("does not end")
    text = _("until {day}") if training.holds(today) else _("ended {day}")
    return text.format(day=day(training.expires_on))


def check_titles() -> tuple[str, ...]:
    return (
        _("Day"),
        _("Device"),
        _("Syringe, mL"),
        _("Low flow, mL"),
        _("Middle flow, mL"),
        _("High flow, mL"),
        _("Tolerance, %"),
        _("Passed"),
        _("Note"),
        _("By"),
        _("Entered"),
    )


def check_row(one: CalibrationCheck, names: Mapping[str, str]) -> tuple[str, ...]:
    """A check as one row of a table, days and instants in ISO."""
    return (
        one.checked_on.isoformat(),
        one.device,
        str(one.syringe_ml),
        str(one.low_flow_ml),
        str(one.middle_flow_ml),
        str(one.high_flow_ml),
        f"{one.tolerance_percent:g}",
        _("yes") if one.passed else _("no"),
        one.note,
        named(names, one.entered_by),
        one.entered_at.isoformat(),
    )


def training_titles() -> tuple[str, ...]:
    return (
        _("Person"),
        _("Trained in"),
        _("Trained on"),
        _("Trained by"),
        _("Ends on"),
        _("Certificate"),
        _("Note"),
        _("Entered by"),
        _("Entered"),
    )


def training_row(one: RaterTraining, names: Mapping[str, str]) -> tuple[str, ...]:
    """A training as one row of a table, days and instants in ISO."""
    return (
        named(names, one.person),
        topic_title(one.topic),
        one.trained_on.isoformat(),
        one.trained_by,
        one.expires_on.isoformat() if one.expires_on else "",
        one.certificate,
        one.note,
        named(names, one.entered_by),
        one.entered_at.isoformat(),
    )


def training_state(training: RaterTraining, today: date) -> str:
    """The kind of chip for it."""
    return "good" if training.holds(today) else "warn"
