"""What the clinic's logs say of a visit: whether its rater was trained, and its spirometer checked. Hints, never a block.

A log that is not kept says nothing.
"""

from core.instruments import catalog as instruments
from core.model.ids import VisitId
from core.model.nouns import SPIROMETRY
from core.model.record import PatientRecord
from core.model.registers import CalibrationCheck
from core.model.visit import Visit
from core.words import _, day, number


def training_hint(record: PatientRecord, visit: Visit, topic: str, name: str) -> str:
    """What is to be said of the training of the visit's rater, who is called ``name``; empty where nothing is."""
    registers = record.registers.known_at(visit.finished_at)
    if not registers.keeps(topic):
        return ""
    found = registers.training(visit.rater, topic, visit.date)
    if found is None:
        text = _("No training of {name} in {topic} is in the register.")
        return text.format(name=name, topic=topic_title(topic))
    if found.holds(visit.date) or found.expires_on is None:
        return ""
    text = _("The training of {name} in {topic} ended on {day}.")
    return text.format(name=name, topic=topic_title(topic), day=day(found.expires_on))


def trained_words(record: PatientRecord, visit: Visit) -> str:
    """The training of the visit's rater in few words, for the summary; empty where no log is kept of it."""
    registers = record.registers.known_at(visit.finished_at)
    topics = [form.instrument for form in record.assessments if form.visit_id == visit.id]
    found = [
        registers.training(visit.rater, one, visit.date)
        for one in dict.fromkeys(topics)
        if registers.keeps(one)
    ]
    if not found:
        return ""
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        return _("training not recorded")
    ends = min((one.expires_on for one in known if one.expires_on is not None), default=None)
    if ends is None:
        return _("trained")
    if ends < visit.date:
        return _("training ended {day}").format(day=day(ends))
    return _("trained until {day}").format(day=day(ends))


def check_hint(record: PatientRecord, visit_id: VisitId, device: str) -> str:
    """What is to be said of the check of a spirometer on the day of a visit; empty where nothing is."""
    visit = record.visit(visit_id)
    registers = record.registers.known_at(visit.finished_at)
    if not registers.checks:
        return ""
    found = registers.check(device, visit.date)
    if found is None:
        if device.strip():
            text = _("No check of {device} on {day} is in the register.")
            return text.format(device=device.strip(), day=day(visit.date))
        return _("No check of a spirometer on {day} is in the register.").format(
            day=day(visit.date)
        )
    if found.passed:
        return ""
    text = _("{device} failed its check on {day}: {off} off at most.")
    return text.format(device=found.device, day=day(found.checked_on), off=off(found))


def checked_words(record: PatientRecord, visit: Visit, device: str) -> str:
    """The check of a spirometer in few words, for the summary; empty where no log is kept."""
    registers = record.registers.known_at(visit.finished_at)
    if not registers.checks:
        return ""
    found = registers.check(device, visit.date)
    if found is None:
        return _("not checked that day")
    text = _("checked, {off}") if found.passed else _("check failed, {off}")
    return text.format(off=off(found))


def off(check: CalibrationCheck) -> str:
    """The farthest of the three measurements: "+1.3 %"."""
    percent = check.farthest_percent
    sign = "+" if percent > 0 else "−" if percent < 0 else ""
    return f"{sign}{number(abs(percent), 1, '%')}"


def topic_title(topic: str) -> str:
    """The words for what somebody is trained in."""
    if topic == SPIROMETRY:
        return _("Spirometry")
    known = instruments.shipped().get(topic)
    return topic if known is None else known.title


def topics() -> tuple[str, ...]:
    """What somebody can be trained in: spirometry, and every questionnaire."""
    return (SPIROMETRY, *instruments.shipped())
