"""Visits side by side: which pairs there are, and every answer of a questionnaire at both.

A change is now less then wherever both are known, and a dash with its reason where one is not: missing is not
zero. The order is that of the days. The window paints these rows; nothing of them is decided there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.findings.plausibility import form_before
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument, Item, Scale
from core.labels import MODE, why_not
from core.model.assessment import Answer, Assessment
from core.model.ids import VisitId
from core.model.record import PatientRecord
from core.model.visit import Mode, Respondent, Visit
from core.science.progression import months_between
from core.views.questionnaire import may_see_before
from core.views.trends import role, slope_days
from core.views.visit_words import named, visit_title
from core.words import MISSING, N_, Words, _, plural, signed

ANSWERED_BY: Mapping[Respondent, str] = Words(
    {
        Respondent.PATIENT: N_("answered by the patient"),
        Respondent.PATIENT_VIA_CAREGIVER: N_("answered by the patient through a caregiver"),
        Respondent.CAREGIVER_PROXY: N_("answered by a caregiver"),
    }
)


class RowKind(StrEnum):
    DOMAIN = "domain"
    ITEM = "item"
    TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One value of one visit. Where there is none, ``text`` is a dash and ``words`` say why; else they are the answer's."""

    value: float | None = None
    text: str = MISSING
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A question, a domain or the total at each visit: then, now, and any further one.

    ``change`` is now less then, in points, None where one of them has no value or the two are on different
    scales, which ``note`` says. ``changed`` is whether something else was answered; of a domain, of any of its
    questions. ``worse`` is None where nothing changed, or where that cannot be said. ``role`` is the marker.
    """

    kind: RowKind
    title: str
    role: str
    sides: tuple[Side, ...]
    low: int
    high: int
    slot: str = ""
    number: str = ""
    change: float | None = None
    changed: bool = False
    worse: bool | None = None
    note: str = ""

    @property
    def then(self) -> Side:
        return self.sides[0]

    @property
    def now(self) -> Side:
        return self.sides[1]

    @property
    def change_text(self) -> str:
        return MISSING if self.change is None else signed(self.change, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormComparison:
    """A questionnaire at the visits: its rows by domain, the total last; ``foot`` says what the two are apart in."""

    instrument: str
    title: str
    rows: tuple[Row, ...]
    foot: str = ""

    @property
    def items(self) -> tuple[Row, ...]:
        return tuple(one for one in self.rows if one.kind is RowKind.ITEM)

    @property
    def changed(self) -> int:
        """How many answers are not as they were."""
        return sum(one.changed for one in self.items)

    def only_changed(self) -> tuple[Row, ...]:
        """Without the questions that were answered the same, and the domains that hold no others."""
        return tuple(one for one in self.rows if one.changed or one.kind is RowKind.TOTAL)


def in_order(*visits: Visit) -> tuple[Visit, ...]:
    """By their days, whichever was picked first; of one day, the one that was begun first."""
    return tuple(sorted(visits, key=lambda one: (one.date, one.started_at)))


def comparable(record: PatientRecord) -> tuple[Visit, ...]:
    """The visits that have anything to be compared, in order; not those whose form is still rated blind."""
    found = [
        *((one.visit_id, one.answers or one.not_done) for one in record.assessments),
        *((one.visit_id, one.blows or one.not_done) for one in record.spirometry),
        *((one.visit_id, True) for one in record.measurements),
        *((one.id, one.weight_kg) for one in record.visits),
    ]
    held = {visit for visit, something in found if something}
    return in_order(*(one for one in record.visits if one.id in held and not is_blind(record, one)))


def is_blind(record: PatientRecord, visit: Visit) -> bool:
    """Whether a questionnaire of the visit is being rated, and was not compared with the one before yet."""
    return any(
        form.visit_id == visit.id and form.answers and not may_see_before(record, visit, form)
        for form in record.assessments
    )


def pair_before(record: PatientRecord, now: Visit) -> Visit | None:
    """What a visit is compared with first: the visit of the form before its ALSFRS-R, else the one before it."""
    form = record.assessment(now.id, instruments.ALSFRS_R)
    if form is not None and form.values:
        earlier = form_before(record, form, instruments.named(form.instrument, form.version))
        if earlier is not None:
            return record.visit(earlier.visit_id)
    every = comparable(record)
    before = [one for one in every if in_order(one, now)[0] is one and one.id != now.id]
    return before[-1] if before else None


@dataclass(frozen=True, slots=True)
class Pick:
    """A visit that another one is compared with at one press."""

    visit: VisitId
    title: str
    tip: str


def picks(record: PatientRecord, now: Visit) -> tuple[Pick, ...]:
    """The visit before, the first one, and the best ALSFRS-R so far; each visit once."""
    every = [one for one in comparable(record) if in_order(one, now)[0] is one and one.id != now.id]
    if not every:
        return ()
    before = pair_before(record, now) or every[-1]
    first = next((one for one in every if _total(record, one) is not None), every[0])
    best = max(every, key=lambda one: -1 if (found := _total(record, one)) is None else found)
    is_form = _total(record, first) is not None
    tip = _("the first complete ALSFRS-R") if is_form else _("the first visit")
    wanted = [
        Pick(before.id, visit_title(record, before), _("the visit before")),
        Pick(first.id, visit_title(record, first), tip),
    ]
    if _total(record, best) is not None:
        tip = _("{visit}: the highest ALSFRS-R total before")
        words = tip.format(visit=visit_title(record, best))
        wanted.append(Pick(best.id, _("Best so far"), words))
    found: dict[VisitId, Pick] = {}
    for one in wanted:
        found.setdefault(one.visit, one)
    return tuple(found.values())


def _total(record: PatientRecord, visit: Visit) -> int | None:
    form = record.assessment(visit.id, instruments.ALSFRS_R)
    total = instruments.alsfrs_r_total()
    return None if form is None else total.score(form.values)


def forms(
    record: PatientRecord, visits: Sequence[Visit], names: Mapping[str, str]
) -> tuple[FormComparison, ...]:
    """Every questionnaire that the first two visits have, the ALSFRS-R first, at all of the visits.

    The ALSFRS-R is there where one of the two has it; another one where both have.
    """
    found = []
    for name in instruments.shipped():
        mine = [record.assessment(visit.id, name) for visit in visits]
        asked = [one for one in mine[:2] if one is not None and (one.answers or one.not_done)]
        if len(asked) == 2 or (asked and name == instruments.ALSFRS_R):
            newest = asked[-1]
            instrument = instruments.named(newest.instrument, newest.version)
            compared = compare(instrument, *mine)
            foot = _foot(record, instrument, visits[:2], mine[:2], compared, names)
            found.append(
                FormComparison(instrument=name, title=compared.title, rows=compared.rows, foot=foot)
            )
    return tuple(sorted(found, key=lambda one: one.instrument != instruments.ALSFRS_R))


def compare(instrument: Instrument, *given: Assessment | None) -> FormComparison:
    """The answers of one questionnaire then, now, and at any further visit."""
    rows: list[Row] = []
    in_domain: set[str] = set()
    for domain in instrument.domains:
        items = [_item(instrument, slot, given) for slot in domain.slots]
        if len(items) > 1:  # a scale of one question would say the same twice
            rows.append(_scale(instrument, domain, given, items, RowKind.DOMAIN))
        rows += items
        in_domain |= set(domain.slots)
    rows += [_item(instrument, slot, given) for slot in instrument.slots if slot not in in_domain]
    if instrument.total is not None:
        items = [one for one in rows if one.kind is RowKind.ITEM]
        rows.append(_scale(instrument, instrument.total, given, items, RowKind.TOTAL))
    return FormComparison(instrument=instrument.id, title=instrument.title, rows=tuple(rows))


def _item(instrument: Instrument, slot: str, given: Sequence[Assessment | None]) -> Row:
    answers = [_answer(instrument, slot, form) for form in given]
    items = [None if one is None else instrument.item(one.item) for one in answers]
    item = items[1] or items[0] or instrument.variants(slot)[0]
    other = items[0] is not None and items[1] is not None and items[0] is not items[1]
    then, now = (None if one is None else one.value for one in answers[:2])
    change = None if then is None or now is None or other else now - then
    domain = instrument.domain_of(slot)
    pair = [None if one is None else one.given for one in answers[:2]]
    return Row(
        kind=RowKind.ITEM,
        slot=slot,
        number=item.number,
        title=item.title,
        role="total" if domain is None else role(instrument, domain),
        sides=tuple(
            _said(instrument, slot, form, numbered=other and at < 2)
            for at, form in enumerate(given)
        ),
        low=min(item.scores),
        high=max(item.scores),
        change=change,
        changed=_both(instrument, given) and pair[0] != pair[1],
        worse=_worse(instrument, change),
        note=_two_scales(items) if other else "",
    )


def _two_scales(items: Sequence[Item | None]) -> str:
    text = _("{then} then, {now} now: two scales, not compared")
    then, now = ("" if one is None else one.number for one in items[:2])
    return text.format(then=then, now=now)


def _with_scales(items: Sequence[Row]) -> str:
    """That a sum holds answers of two scales of one question."""
    return _("a question was asked on two scales") if any(one.note for one in items) else ""


def _scale(
    instrument: Instrument,
    scale: Scale,
    given: Sequence[Assessment | None],
    items: Sequence[Row],
    kind: RowKind,
) -> Row:
    sides = tuple(_sum(instrument, scale, form) for form in given)
    then, now = (one.value for one in sides[:2])
    change = None if then is None or now is None else now - then
    return Row(
        kind=kind,
        title=scale.title,
        role=role(instrument, scale),
        sides=sides,
        low=0,
        high=scale.maximum,
        change=change,
        changed=any(one.changed for one in items),
        worse=_worse(instrument, change),
        note=_with_scales(items),
    )


def _sum(instrument: Instrument, scale: Scale, form: Assessment | None) -> Side:
    """A score with its maximum; without all of its answers it is none, and says how many there are."""
    if (why := _no_form(instrument, form)) or form is None:
        return Side(words=why)
    score = scale.score(form.values)
    if score is None:
        n = scale.answered(form.values)
        return Side(words=_("{n} of {all} answered").format(n=n, all=len(scale.slots)))
    return Side(value=score, text=f"{score} / {scale.maximum}")


def _said(instrument: Instrument, slot: str, form: Assessment | None, *, numbered: bool) -> Side:
    """One answer with its words; ``numbered`` says the scale that it was given on."""
    if why := _no_form(instrument, form):
        return Side(words=why)
    answer = _answer(instrument, slot, form)
    if answer is None:
        return Side(words=_("not answered"))
    if answer.value is None:
        return Side(words="" if answer.not_done is None else why_not(answer.not_done))
    item = instrument.item(answer.item)
    words = item.words(answer.value)
    return Side(
        value=answer.value,
        text=str(answer.value),
        words=f"{item.number}: {words}" if numbered else words,
    )


def _no_form(instrument: Instrument, form: Assessment | None) -> str:
    """Why a visit has no answers that count here; empty where it has."""
    if form is None:
        return _("no form")
    if not instrument.compares(form.version):
        return _("another version of the questionnaire")
    return "" if form.not_done is None else why_not(form.not_done)


def _answer(instrument: Instrument, slot: str, form: Assessment | None) -> Answer | None:
    return None if form is None or _no_form(instrument, form) else form.answers.get(slot)


def _both(instrument: Instrument, given: Sequence[Assessment | None]) -> bool:
    return not any(_no_form(instrument, form) for form in given[:2])


def _worse(instrument: Instrument, change: float | None) -> bool | None:
    return None if not change else (change < 0) is instrument.higher_is_better


def _foot(
    record: PatientRecord,
    instrument: Instrument,
    visits: Sequence[Visit],
    given: Sequence[Assessment | None],
    compared: FormComparison,
    names: Mapping[str, str],
) -> str:
    """How far apart the two are, and whether they were answered in the same way."""
    then, now = visits
    days = (now.date - then.date).days
    apart = plural(days, "1 day apart", "{n} days apart")
    total = next((one for one in compared.rows if one.kind is RowKind.TOTAL), None)
    if total is None or total.change is None:
        said = [_("{apart}.").format(apart=apart)]
    elif days < slope_days(record):
        text = _("{apart}: no rate is given for fewer than {n} days.")
        said = [text.format(apart=apart, n=slope_days(record))]
    else:
        rate = total.change / months_between(then.date, now.date)
        text = _("{apart}, {rate} /month (two visits alone give no interval).")
        said = [text.format(apart=apart, rate=signed(rate, 2))]
    before, after = given
    if before is not None and after is not None and _both(instrument, given):
        said += _ways(visits, (before, after), names)
    return " ".join(said)


def _ways(
    visits: Sequence[Visit], given: Sequence[Assessment], names: Mapping[str, str]
) -> Iterator[str]:
    """Who rated, in which way, and who answered; what differs is said of both."""
    raters = [form.rater or visit.rater for form, visit in zip(given, visits, strict=True)]
    modes = [_way(form.mode or visit.mode) for form, visit in zip(given, visits, strict=True)]
    answered = [
        _by(form.respondent or visit.respondent) for form, visit in zip(given, visits, strict=True)
    ]
    same = _("Same rater") if raters[0] == raters[1] else ""
    alike = [same, *(one[0] for one in (modes, answered) if one[0] == one[1])]
    if any(alike):
        yield _("{what}.").format(what=_capital(", ".join(filter(None, alike))))
    people = [named(names, one) for one in raters]
    for pair in (people, modes, answered):
        if pair[0] != pair[1]:
            text = _("{then} then, {now} now.")
            yield text.format(then=_capital(pair[0]), now=pair[1])


def _way(mode: Mode | None) -> str:
    return _("way not recorded") if mode is None else MODE[mode]


def _by(respondent: Respondent | None) -> str:
    return _("who answered is not recorded") if respondent is None else ANSWERED_BY[respondent]


def _capital(text: str) -> str:
    """The first letter of a sentence that begins with a word which may be within one."""
    return text[:1].upper() + text[1:]
