"""What an ALSFRS-R form makes one ask, by the rules of resources/plausibility.toml.

Nothing here says that an answer is wrong. Asked is only once the whole form was answered: before that,
the form of the last visit must not steer the rater.
"""

import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from core import resources
from core.convert import read_listed
from core.errors import InvalidReference
from core.instruments import catalog as instruments
from core.instruments.catalog import ALSFRS_R
from core.instruments.definition import Instrument
from core.labels import MILESTONES
from core.model import thresholds
from core.model.adverse_event import MilestoneKind
from core.model.assessment import Assessment
from core.model.record import PatientRecord
from core.rule import Condition, Rule, met
from core.science.progression import months_between
from core.words import Shown, _, day, number, plural, translated

VENTILATION = (MilestoneKind.NIV, MilestoneKind.TRACHEOSTOMY)
FEEDING_TUBES = (MilestoneKind.GASTROSTOMY, MilestoneKind.NASOGASTRIC_TUBE)


class Level(StrEnum):
    """A note is only shown; a query asks for a correction, or for the reason why the answer is kept."""

    NOTE = "note"
    QUERY = "query"


class About(StrEnum):
    """What a question looks at."""

    FORM = "form"
    ANSWER = "answer"
    TOTAL = "total"
    TWIN = "twin"


@dataclass(frozen=True, slots=True)
class Finding:
    """One plausibility question about a form.

    ``slot`` is the question it is about, empty for the whole form; ``found`` the scores that raised it,
    in digits and signs only: it changes when they do, and in no other language.
    """

    rule: str
    level: Level
    slot: str
    found: str
    message: str


@translated
@dataclass(frozen=True, slots=True)
class QuestionRule(Rule):
    """A rule of a question; ``say`` where it says so in its own words."""

    say: Shown = ""


@translated
@dataclass(frozen=True, slots=True)
class Question:
    """One plausibility question: asked where one of its rules is met."""

    id: str
    about: About
    level: Level
    found: str
    say: Shown
    rules: tuple[QuestionRule, ...]
    slot: str = ""

    @property
    def conditions(self) -> Iterator[Condition]:
        for rule in self.rules:
            yield from rule.conditions


@dataclass(frozen=True, slots=True)
class _Value:
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One thing that questions are asked about: its measures, and the words for them. ``slot`` is its question."""

    measures: Mapping[str, float]
    words: Mapping[str, object]
    slot: str = ""

    def read(self, measure: str) -> _Value | None:
        return _Value(self.measures[measure]) if measure in self.measures else None


def findings(
    record: PatientRecord, form: Assessment, instrument: Instrument
) -> tuple[Finding, ...]:
    """The plausibility questions about one ALSFRS-R form, in the order of its questions; then those of its total.

    None while a question has neither a score nor the reason why it has none, and none for any other
    questionnaire. A question without a score raises nothing, nor does a total that is not known. The
    limits that a clinic may set are those of `record.thresholds`; a milestone counts from the earliest
    day that it can mean.

    Sources stand beside the rules. DESIGN: where none does, and every level, is our choice, from no
    paper; so are that scores of 5a and 5b are not compared with one another, that a tracheostomy counts
    as ventilation in P6 and P8, and that an intubation, which has no milestone, does not.
    """
    if instrument.id != ALSFRS_R or not is_complete(form, instrument):
        return ()
    before = form_before(record, form, instrument)
    on_slots = [*_asked(record, About.FORM, [_by_itself(record, form, instrument)])]
    after: list[Finding] = []
    if before is not None:
        on_slots += _asked(record, About.ANSWER, _answers(form, before, instrument))
        after += _asked(record, About.TOTAL, _totals(form, before, instrument))
    order = {slot: index for index, slot in enumerate(instrument.slots)}
    on_slots.sort(key=lambda finding: order[finding.slot])
    return (*on_slots, *after, *_asked(record, About.TWIN, _twins(record, form, instrument)))


def is_complete(form: Assessment, instrument: Instrument) -> bool:
    """Whether every question has a score, or the reason why it has none."""
    return form.not_done is None and all(slot in form.answers for slot in instrument.slots)


def form_before(
    record: PatientRecord, form: Assessment, instrument: Instrument
) -> Assessment | None:
    """The last form of an earlier, finished visit that has all of its scores and is comparable."""
    finished = {visit.id for visit in record.finished_visits}
    earlier = [
        other
        for other in record.answered(form.instrument)
        if other.date < form.date
        and other.visit_id in finished
        and instrument.compares(other.version)
        and all(slot in other.values for slot in instrument.slots)
    ]
    return earlier[-1] if earlier else None


@cache
def shipped() -> Mapping[str, Question]:
    """The questions of this program by their ids. Raises InvalidReference."""
    return read(resources.path("plausibility.toml"))


def read(path: Path) -> Mapping[str, Question]:
    """The questions of a file. Raises InvalidReference naming the file, the question and what in it is wrong."""
    found = read_listed(path, "questions", Question)
    for question in found.values():
        if wrong := "; ".join(_wrong(question)):
            raise InvalidReference(f"{path.name}, {question.id}: {wrong}")
    return found


def _asked(record: PatientRecord, about: About, seen: Iterable[_Seen]) -> Iterator[Finding]:
    """What is asked about each of these; of a question's rules, the first that is met says it."""
    questions = [question for question in shipped().values() if question.about is about]
    for one in seen:
        for question in questions:
            rule = next((r for r in question.rules if met(r, one.read, record.thresholds)), None)
            if rule is not None:
                say = rule.say or question.say
                yield Finding(
                    rule=question.id,
                    level=question.level,
                    slot=question.slot or one.slot,
                    found=question.found.format(**one.words),
                    message=say.format(**one.words),
                )


def _by_itself(record: PatientRecord, form: Assessment, instrument: Instrument) -> _Seen:
    """The scores, and what is recorded of ventilation and feeding tubes by that day."""
    ventilation = [MILESTONES[kind] for kind in VENTILATION if record.uses(kind, form.date)]
    recorded = {
        "ventilated": bool(ventilation),
        "tracheostomy": record.uses(MilestoneKind.TRACHEOSTOMY, form.date),
        "fed": any(record.uses(kind, form.date) for kind in FEEDING_TUBES),
    }
    names = {f"{slot}_item": _name(form, slot, instrument) for slot in instrument.slots}
    return _Seen(
        measures={**form.values, **recorded},
        words={**form.values, **names, "ventilation": ", ".join(ventilation)},
    )


def _answers(form: Assessment, before: Assessment, instrument: Instrument) -> Iterator[_Seen]:
    """The questions that were answered on the same scale both times."""
    for slot in instrument.slots:
        earlier, answer = before.answers[slot], form.answers[slot]
        if earlier.value is None or answer.value is None or earlier.item != answer.item:
            continue
        rise = answer.value - earlier.value
        yield _Seen(
            measures={"rise": rise, "fall": -rise, "days": (form.date - before.date).days},
            words={
                "item": _name(form, slot, instrument),
                "before": earlier.value,
                "now": answer.value,
                "since": _since(form, before),
            },
            slot=slot,
        )


def _totals(form: Assessment, before: Assessment, instrument: Instrument) -> Iterator[_Seen]:
    """Both totals, where both are known."""
    total = instrument.total
    earlier, now = (total.score(one.values) if total else None for one in (before, form))
    if earlier is None or now is None:
        return
    fall = earlier - now
    per_month = fall / months_between(before.date, form.date)
    yield _Seen(
        measures={
            "total": now,
            "total_before": earlier,
            "rise": -fall,
            "fall": fall,
            "fall_per_month": per_month,
        },
        words={
            "before": earlier,
            "now": now,
            "rise": -fall,
            "fall": fall,
            "pace": number(per_month, 1, _("points/month")),
            "since": _since(form, before),
        },
    )


def _twins(record: PatientRecord, form: Assessment, instrument: Instrument) -> Iterator[_Seen]:
    """The other forms of that day, of finished visits: with another total, one of the two is wrong."""
    finished = {visit.id for visit in record.finished_visits}
    total = instrument.total
    now = total.score(form.values) if total else None
    for other in record.answered(form.instrument):
        twin = other.date == form.date and other.visit_id != form.visit_id
        if not (twin and other.visit_id in finished and instrument.compares(other.version)):
            continue
        theirs = total.score(other.values) if total else None
        if now is not None and theirs is not None:
            yield _Seen(
                measures={"difference": abs(now - theirs)},
                words={"now": now, "other": theirs, "day": day(form.date)},
            )


# Which measures there are, and which words, by what a question looks at.
_MEASURES: Mapping[About, frozenset[str]] = {
    About.FORM: frozenset({"ventilated", "tracheostomy", "fed"}),  # and the scores
    About.ANSWER: frozenset({"rise", "fall", "days"}),
    About.TOTAL: frozenset({"total", "total_before", "rise", "fall", "fall_per_month"}),
    About.TWIN: frozenset({"difference"}),
}
_WORDS: Mapping[About, frozenset[str]] = {
    About.FORM: frozenset({"ventilation"}),  # and the scores and names
    About.ANSWER: frozenset({"item", "before", "now", "since"}),
    About.TOTAL: frozenset({"before", "now", "rise", "fall", "pace", "since"}),
    About.TWIN: frozenset({"now", "other", "day"}),
}


def _wrong(question: Question) -> Iterator[str]:
    """What it names that there is not."""
    slots = frozenset(instruments.alsfrs_r().slots)
    is_form = question.about is About.FORM
    measures = _MEASURES[question.about] | (slots if is_form else frozenset())
    names = frozenset(f"{slot}_item" for slot in slots)
    words = _WORDS[question.about] | (slots | names if is_form else frozenset())
    if is_form != (question.slot in slots):
        yield (
            "it needs a slot that the form has"
            if is_form
            else "only a question about the form has a slot"
        )
    for one in question.conditions:
        if one.measure not in measures:
            yield f"there is no measure {one.measure}"
        elif one.op.is_answer != (is_form and one.measure not in slots):
            yield f"{one.measure} cannot be compared by {one.op.value}"
        if one.threshold and one.threshold not in thresholds.shipped():
            yield f"there is no threshold {one.threshold}"
    texts = (question.found, question.say, *(rule.say for rule in question.rules))
    for text in texts:
        for _literal, name, *_rest in string.Formatter().parse(text):
            if name is not None and name not in words:
                yield f"there is no word {{{name}}}"


def _name(form: Assessment, slot: str, instrument: Instrument) -> str:
    item = instrument.item(form.answers[slot].item)
    return f"{item.number} {item.title}"


def _since(form: Assessment, before: Assessment) -> str:
    days = plural((form.date - before.date).days, "1 day", "{n} days")
    return _("since {day} ({days})").format(day=day(before.date), days=days)
