"""A questionnaire in words: every answer beside the one before, the scores, who asked whom and how."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.findings import plausibility
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument, Item, Scale
from core.labels import INTERPRETER, MODE, RESPONDENT, no_score, why_not, why_not_alone
from core.model.assessment import Answer, Assessment
from core.model.judgement import Decision, Reconciliation
from core.model.record import PatientRecord
from core.model.thresholds import ON
from core.model.visit import Visit
from core.science.progression import Slope
from core.views.progression import incomplete_text, slope_text
from core.views.trends import role, slope, totals
from core.views.visit_words import named
from core.words import MISSING, _, day, instant, short_day, signed, within

CORRECTED = "†"  # beside a score that was changed after the comparison


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is on its scale from ``low`` to ``high``, and where the one before was; None where there is none.

    What was answered on another scale of the question is none: the two are not compared.
    """

    low: int
    high: int
    now: int | None
    before: int | None

    @property
    def moved(self) -> bool:
        return self.now is not None and self.before is not None and self.now != self.before


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One question: this answer and the previous one. ``score`` is a digit, or a sign that says why there is none.

    ``corrected`` is why the answer was changed after the comparison with the form before; ``field`` is
    where it was entered, as "step/field". ``role`` names the marker of its scale (see `core.views.plot_style`).
    """

    number: str
    title: str
    answer: str
    score: str
    previous: str
    note: str
    corrected: str = ""
    field: str = dataclasses.field(default="", compare=False)
    place: Place | None = dataclasses.field(default=None, compare=False)
    role: str = dataclasses.field(default="total", compare=False)


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """``score`` is "27/48", or "7 of 12 answered"; ``change`` counts from ``previous``.

    ``rows`` are the first and the last of the form's items that it sums, where these are next to one another.
    ``points`` of ``maximum`` is the score as a number, ``before`` the previous one.
    """

    title: str
    score: str
    previous: str
    change: str
    complete: bool
    role: str = dataclasses.field(default="total", compare=False)
    rows: tuple[int, int] | None = dataclasses.field(default=None, compare=False)
    points: int | None = dataclasses.field(default=None, compare=False)
    before: int | None = dataclasses.field(default=None, compare=False)
    maximum: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class FormSummary:
    """``scales`` begin with the total where ``has_total`` says that there is one.

    ``how`` is who asked whom and in which way; ``kept`` the plausibility questions that were answered.
    ``has_slope`` is False where ``slope`` only says why there is none; ``previous_short`` is ``previous_on`` without
    its year. ``instrument`` is its id.
    """

    title: str
    citation: str
    not_done: str
    previous_on: str
    items: tuple[ItemRow, ...]
    scales: tuple[ScaleRow, ...]
    slope: str
    has_total: bool = False
    has_slope: bool = False
    previous_short: str = ""
    instrument: str = ""
    higher_is_worse: bool = False
    how: str = ""
    kept: tuple[str, ...] = ()


def scale_row(
    instrument: Instrument,
    scale: Scale,
    values: Mapping[str, int],
    before: Mapping[str, int] | None,
) -> ScaleRow:
    """One score with its denominator; an incomplete one says how many answers it has."""
    score = scale.score(values)
    earlier = scale.score(before) if before is not None else None
    if score is None:
        answered = scale.answered(values)
        text = _("{n} of {all} answered").format(n=answered, all=len(scale.slots))
    else:
        text = f"{score}/{scale.maximum}"
    return ScaleRow(
        title=f"{instrument.title} {within(scale.title)}" if scale.total else scale.title,
        score=text,
        previous=MISSING if earlier is None else f"{earlier}/{scale.maximum}",
        change=MISSING if score is None or earlier is None else signed(score - earlier, 0),
        complete=score is not None,
        role=role(instrument, scale),
        rows=_rows_of(instrument, scale),
        points=score,
        before=earlier,
        maximum=scale.maximum,
    )


def _rows_of(instrument: Instrument, scale: Scale) -> tuple[int, int] | None:
    """The first and the last item of a scale; None where others stand between them."""
    places = [instrument.slots.index(slot) for slot in scale.slots]
    first, last = min(places), max(places)
    return (first, last) if last - first + 1 == len(set(places)) else None


def total_before(
    record: PatientRecord, instrument: Instrument, on: date
) -> tuple[date, float] | None:
    """The last total of a complete form before a day."""
    points = [p for p in totals(record, instrument) if p.day < on]
    return (points[-1].day, points[-1].value) if points else None


def form_summary(
    record: PatientRecord, visit: Visit, form: Assessment, names: Mapping[str, str]
) -> FormSummary:
    instrument = instruments.named(form.instrument, form.version)
    seen = may_see_before(record, visit, form)
    before = plausibility.form_before(record, form, instrument) if seen else None
    title = instruments.title(instrument)
    if form.not_done is not None:
        reason = why_not_alone(form.not_done)
        given = [slot for slot in instrument.slots if slot in form.answers]
        items = tuple(_item(instrument, slot, form, None) for slot in given)
        if items:
            reason = _("{reason}. These answers were given anyway, and do not count").format(
                reason=reason
            )
        return FormSummary(
            title, instrument.citation, reason, "", items, (), "", instrument=instrument.id
        )
    total = (instrument.total,) if instrument.total else ()
    incomplete, found = incomplete_text(instrument, form), slope(record, instrument)
    return FormSummary(
        title=title,
        citation=instrument.citation,
        not_done="",
        previous_on=day(before.date) if before else "",
        items=tuple(_item(instrument, slot, form, before) for slot in instrument.slots),
        scales=tuple(
            scale_row(instrument, scale, form.values, before.values if before else None)
            for scale in (*total, *instrument.domains)
        ),
        slope=incomplete or slope_text(found),
        has_total=bool(total),
        previous_short=short_day(before.date) if before else "",
        higher_is_worse=not instrument.higher_is_better,
        has_slope=not incomplete and isinstance(found, Slope),
        instrument=instrument.id,
        how=_how(visit, form, names),
        kept=tuple(
            _kept(instrument, form, one, named(names, one.by))
            for one in record.reconciliations
            if (one.visit_id, one.instrument) == (visit.id, form.instrument)
            and one.decision is Decision.KEPT
        ),
    )


def corrected_text(item: ItemRow) -> str:
    """Why an answer was changed after the comparison, behind the sign that stands beside its score."""
    text = _("{sign} Corrected after the comparison: {reason}")
    return text.format(sign=CORRECTED, reason=item.corrected)


def how_text(form: Assessment, rater_name: str) -> str:
    """Who asked, in which way, and who answered; what nobody recorded is said, not left out."""
    parts = [
        _("Rater {name}").format(name=rater_name),
        MODE[form.mode] if form.mode else _("way not recorded"),
        _("answered by: {who}").format(
            who=RESPONDENT[form.respondent] if form.respondent else _("not recorded")
        ),
    ]
    if form.interpreter is not None:
        parts.append(INTERPRETER[form.interpreter])
    return " · ".join(parts)


def _how(visit: Visit, form: Assessment, names: Mapping[str, str]) -> str:
    """How the form was answered, where that is not what the visit says of itself already."""
    said = (form.rater or visit.rater, form.mode or visit.mode, form.respondent or visit.respondent)
    if said == (visit.rater, visit.mode, visit.respondent) and form.interpreter is None:
        return ""
    return how_text(form, named(names, said[0]))


def may_see_before(record: PatientRecord, visit: Visit, form: Assessment) -> bool:
    """While a visit is entered, the form before is not seen until this one was compared with it."""
    wanted = record.thresholds["previous_shown"] == ON
    return wanted or not visit.is_draft or form.compared_at is not None


def _kept(instrument: Instrument, form: Assessment, one: Reconciliation, by: str) -> str:
    """A plausibility question that was answered: what it was about, why it is kept, who said so and when."""
    about = _("total")
    if one.subject in instrument.slots:
        answer = form.answers.get(one.subject)
        item = instrument.item(answer.item) if answer else instrument.variants(one.subject)[0]
        about = f"{item.number} {item.title}"
    text = _("{rule}, {about} ({found}): {reason} ({by}, {at})")
    return text.format(
        rule=one.rule, about=about, found=one.found, reason=one.reason, by=by, at=instant(one.at)
    )


def _item(
    instrument: Instrument, slot: str, form: Assessment, before: Assessment | None
) -> ItemRow:
    answer = form.answers.get(slot)
    item: Item = instrument.item(answer.item) if answer else instrument.variants(slot)[0]
    earlier = before.answers.get(slot) if before else None
    if answer is None:
        text, score = _("not answered"), MISSING
    elif answer.not_done is not None:
        text, score = why_not(answer.not_done), no_score(answer.not_done)
    elif answer.value is not None:
        text, score = item.words(answer.value), str(answer.value)
    return ItemRow(
        number=item.number,
        title=item.title,
        answer=text,
        score=score,
        previous=_previous_score(instrument, item, earlier),
        note=answer.note if answer else "",
        corrected=answer.corrected if answer else "",
        field=f"{instrument.id}/{slot}",
        place=_place(item, answer, earlier),
        role=_role(instrument, slot),
    )


def _role(instrument: Instrument, slot: str) -> str:
    domain = instrument.domain_of(slot)
    return "total" if domain is None else role(instrument, domain)


def _place(item: Item, answer: Answer | None, earlier: Answer | None) -> Place:
    compared = earlier is not None and earlier.item == item.id
    return Place(
        low=min(item.scores),
        high=max(item.scores),
        now=None if answer is None else answer.value,
        before=earlier.value if compared and earlier is not None else None,
    )


def _previous_score(instrument: Instrument, item: Item, earlier: Answer | None) -> str:
    """The score before; where it was given on the other scale of the question, with that scale's number."""
    if earlier is None or earlier.value is None:
        return MISSING
    if earlier.item == item.id:
        return str(earlier.value)
    return f"{earlier.value} ({instrument.item(earlier.item).number})"
