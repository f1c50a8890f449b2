"""Everything that ran: medicines, devices and procedures on one time axis, and as the lines of a list.

What a form's records look like here is said by its definition (``[treatment]``, and ``[[lanes]]`` for what is
shown among the procedures), so that a new form is here without a line of code.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.forms import catalog, conditions, dictionaries, wording
from core.forms.definition import (
    PROCEDURES,
    SUPPORT,
    FieldType,
    Form,
    Role,
    Treatment,
)
from core.model.form_record import FormRecord, Stored
from core.model.partial_date import PartialDate, partial_day
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.views import trends
from core.views.stack import axes
from core.views.stack.lanes import events, happened, of_forms
from core.views.stack.rows import Mark, Section, Shape, Stack, Track
from core.words import MISSING, N_, _, short_day

REACH = timedelta(
    days=3 * 366
)  # before the first visit: what began earlier is cut at the edge of the axis
PROCEDURES_TITLE, OTHERS_TITLE = N_("Procedures"), N_("Other support")
EVENTS_TITLE = N_("Adverse events")


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a treatment as a line of the list; its cells are words. What was only refused does not run.

    ``how_ended`` says that a death ended it: nobody entered an end, and it is computed.
    """

    record: FormRecord
    name: str
    dose: str
    often: str
    route: str
    began: str
    ended: str
    why: str
    entered: str
    runs: bool
    how_ended: str = ""

    @property
    def until(self) -> str:
        """The end in one cell."""
        if not self.how_ended:
            return self.ended
        return _("{how} on {day}").format(how=self.how_ended, day=self.ended)

    @property
    def id(self) -> str:
        return self.record.id


def forms() -> tuple[Form, ...]:
    """The forms whose records are entered among the treatments, in their order."""
    return tuple(one for one in catalog.newest().values() if one.treatment is not None)


def records(record: PatientRecord) -> list[FormRecord]:
    """Every record of these forms, the newest first; of one day, what was entered last."""
    mine = [one for form in forms() for one in record.of_form(form.id)]
    return sorted(mine, key=lambda one: (one.began.assumed, one.entered_at), reverse=True)


def lines(record: PatientRecord, names: Mapping[str, str]) -> tuple[Line, ...]:
    """The list, the newest first; ``names`` are the full names of the users by login."""
    found = tuple(line(one, names) for one in records(record))
    died = record.died_on
    return found if died is None else tuple(_until_died(one, died) for one in found)


def _until_died(one: Line, died: PartialDate) -> Line:
    """What ran still was ended by the death."""
    if not one.runs:
        return one
    return replace(one, runs=False, ended=partial_day(died), how_ended=_("ended by death"))


def line(one: FormRecord, names: Mapping[str, str]) -> Line:
    """One record as it is in the list."""
    form = catalog.find(one.form, one.version)
    said = None if form is None else catalog.treatment_of(form)
    who = names.get(one.entered_by, one.entered_by)
    is_running = runs(one)
    began, ended = partial_day(one.began), _until(one, runs=is_running)
    if form is None or said is None:
        return Line(one, _name(form, one), "", "", "", began, ended, "", who, is_running)
    known = wording.of_record(form, one)
    dose, often, route = (
        wording.worded(form, text, known) for text in (said.dose, said.often, said.route)
    )
    why = [wording.worded(form, said.why, known), *_why_ended(form, one, known)]
    name = wording.told(form, form.field(said.by), known) or _name(form, one)
    said_why = "; ".join(filter(None, why))
    return Line(one, name, dose, often, route, began, ended, said_why, who, is_running)


def _name(form: Form | None, one: FormRecord) -> str:
    if one.not_done is not None or form is None:
        return one.form if form is None else form.title
    return wording.line(form, one) or form.title


def runs(one: FormRecord) -> bool:
    """Whether it goes on as a bar does; what was offered or refused, or was one moment, does not."""
    form = catalog.find(one.form, one.version)
    if form is None or not one.runs:
        return one.runs
    known = wording.of_record(form, one)
    rules = (
        rule for rule in catalog.lanes_of(form) if conditions.holds(form, rule.when, known.get)
    )
    rule = next(rules, None)
    return rule is None or rule.bar


def running(record: PatientRecord, today: date) -> int:
    """How many treatments run on a day; none where a death is recorded."""
    if record.dead:
        return 0
    return sum(runs(one) for form in forms() for one in record.running(form.id, today))


def _until(one: FormRecord, *, runs: bool) -> str:
    if runs:
        return _("running")
    return MISSING if one.ended is None else partial_day(one.ended)


def _why_ended(form: Form, one: FormRecord, known: Mapping[str, Stored | None]) -> Iterator[str]:
    """Why it ended, and why a value that was asked about stays."""
    if form.course is not None and not one.runs:
        for name in form.course.ended_with:
            if known.get(name) is not None:
                yield wording.told(form, form.field(name), known)
    yield from (_("kept: {why}").format(why=item.kept) for item in one.items.values() if item.kept)


def timeline(record: PatientRecord, today: date, *, everything: bool = False) -> Stack:
    """All treatments as the rows of a stack; ``everything`` adds adverse events."""
    died = record.died_on
    first = min((visit.date for visit in record.visits), default=today)
    known = _sections(record, today, everything=everything)
    return Stack(
        scales=trends.time_scales(record),
        heads=(),
        lanes=(),
        bands=(),
        rows=(),
        today=today,
        ends=None if died is None else died.assumed,
        sections=known,
        floor=min(first, today) - REACH,
    )


def pieces(stack: Stack, fits: Callable[[Stack], bool]) -> Iterator[Stack]:
    """A timeline cut between its rows into parts that fit, all with the days of the whole."""
    whole = replace(stack, days=axes.days_shown(stack), through=stack.through_all)
    part: list[Section] = []
    for section in stack.sections:
        for track in section.tracks:
            grown = _grown(part, section.title, track)
            if part and not fits(replace(whole, sections=tuple(grown))):
                yield replace(whole, sections=tuple(part))
                grown = _grown([], section.title, track)
            part = grown
    if part:
        yield replace(whole, sections=tuple(part))


def _grown(part: Sequence[Section], title: str, track: Track) -> list[Section]:
    if part and part[-1].title == title:
        return [*part[:-1], Section(title, (*part[-1].tracks, track))]
    return [*part, Section(title, (track,))]


@dataclass(slots=True)
class _Rows:
    """Marks by section and by what makes them one row, in the order in which they are found."""

    marks: dict[str, dict[str, list[Mark]]]
    titles: dict[tuple[str, str], str]

    def add(self, section: str, key: str, title: str, mark: Mark) -> None:
        self.marks.setdefault(section, {}).setdefault(key, []).append(mark)
        self.titles[section, key] = title

    def join(self, into: str, other: str) -> None:
        """Rows that a section shares with another are in the first alone: what was offered, then used."""
        if into == other:
            return
        for key in list(self.marks.get(other, {})):
            if key in self.marks.get(into, {}):
                self.marks[into][key] += self.marks[other].pop(key)


def _reference(record: PatientRecord, mark: Mark) -> Mark:
    """What a form says of day 0 of the schedule is the line through all rows."""
    on = record.patient.reference_on
    if mark.role != Role.REFERENCE or on is None or mark.began != on:
        return mark
    title = protocols.of(record.patient).reference
    details = (mark.title, *mark.details) if mark.title != title else mark.details
    return replace(mark, title=title, details=details, line=True)


def _until_death(mark: Mark, ends: date | None) -> Mark:
    """Nothing runs on after a death."""
    if ends is None or not mark.runs:
        return mark
    return replace(mark, runs=False, ended=max(mark.began, ends))


def _sections(record: PatientRecord, today: date, *, everything: bool) -> tuple[Section, ...]:
    treated = [form.treatment.title for form in forms() if form.treatment is not None]
    found = _Rows({title: {} for title in (*treated, _(PROCEDURES_TITLE))}, {})
    by_id: dict[str, FormRecord] = {one.id: one for one in record.forms}
    ends = None if record.died_on is None else record.died_on.assumed
    entered = [(rule, _reference(record, mark)) for rule, mark in of_forms(record, today)]
    day_0 = any(mark.line and mark.role == Role.REFERENCE for _rule, mark in entered)
    told = {"reference"} if day_0 else set()  # the form of that day says more of it
    for rule, mark in entered:
        _add(found, rule.id, rule.title, mark, by_id[mark.id])
    for title in treated:
        found.join(title, _(PROCEDURES_TITLE))
    for mark in happened(record, today):
        if mark.id not in told:
            found.add(
                _(PROCEDURES_TITLE), mark.title.casefold(), mark.title, _short(mark, mark.title)
            )
    for mark in events(record, today) if everything else ():
        found.add(_(EVENTS_TITLE), mark.title.casefold(), mark.title, _short(mark, mark.title))
    return tuple(
        Section(title, tuple(_tracks(found, title, rows, ends)))
        for title, rows in found.marks.items()
        if rows
    )


def _add(found: _Rows, lane: str, title: str, mark: Mark, one: FormRecord) -> None:
    """A form's mark in the row of its treatment, or in that of its form."""
    form = catalog.find(one.form, one.version)
    if form is None:
        return
    said = catalog.treatment_of(form)
    section = title or (_(PROCEDURES_TITLE) if lane == PROCEDURES else "")
    if said is None:
        head = section or (_(OTHERS_TITLE) if lane == SUPPORT else form.plural)
        found.add(head, form.id, form.title, _short(mark, form.title))
        return
    known = wording.of_record(form, one)
    name = wording.told(form, form.field(said.by), known) or form.title
    marked = replace(mark, label=_words(form, said, mark, known), level=_level(said, mark, known))
    found.add(section or said.title, _key(form, said, known), name, marked)


def _key(form: Form, said: Treatment, known: Mapping[str, Stored | None]) -> str:
    """What makes records one row: the choice, or the term by whatever name it was typed."""
    by, value = form.field(said.by), str(known.get(said.by) or "")
    if by.type is FieldType.TERM:
        meant = dictionaries.meant(by.dictionary, value)
        value = next(iter(meant)) if len(meant) == 1 else " ".join(value.casefold().split())
    return f"{form.id}.{value}"


def _words(form: Form, said: Treatment, mark: Mark, known: Mapping[str, Stored | None]) -> str:
    """The few words on a bar; beside a symbol how it stood, and its day."""
    if mark.shape is Shape.BAR:
        return wording.worded(form, said.label, known) or (mark.label if mark.shade else "")
    often = wording.worded(form, said.often, known)
    return " ".join(filter(None, (often, short_day(mark.began) if mark.exact else "")))


def _level(said: Treatment, mark: Mark, known: Mapping[str, Stored | None]) -> float | None:
    """The number that says how dark it is; the share of its row's highest is known when the row is."""
    value = known.get(said.level) if said.level else None
    if mark.shape is not Shape.BAR or mark.role not in SHADED:
        return None
    return None if value is None or isinstance(value, str) else float(value)


SHADED = frozenset({"medicine", "support"})  # the roles that have their fills by number


def _short(mark: Mark, title: str) -> Mark:
    """What says no more than the name of its row says its day instead."""
    said = mark.label.removeprefix(title).strip(" ,:")
    day = short_day(mark.began) if mark.exact and mark.shape is not Shape.BAR else ""
    return replace(mark, label=said or day)


def _tracks(
    found: _Rows, section: str, rows: Mapping[str, Sequence[Mark]], ends: date | None
) -> Iterator[Track]:
    """The rows of a section by the day on which each first began."""
    first = sorted(rows.items(), key=lambda item: min(mark.began for mark in item[1]))
    for key, unsorted in first:
        marks = sorted(unsorted, key=lambda mark: mark.began)
        highest = max((mark.level or 0 for mark in marks), default=0)
        shaded = tuple(
            replace(mark, level=_share(mark, highest)) if mark.role in SHADED else mark
            for mark in marks
        )
        drawn = tuple(_until_death(mark, ends) for mark in shaded)
        yield Track(key, found.titles[section, key], _now(drawn), drawn)


def _share(mark: Mark, highest: float) -> float | None:
    """Of the darkest; a bar without a number is as dark as the middle one."""
    if mark.shape is not Shape.BAR:
        return None
    if mark.level is None:
        return 0.5 if highest else 1.0
    return mark.level / highest if highest else 0.0


def _in_short(mark: Mark) -> str:
    """Of an adverse event its grade, seriousness and day."""
    return mark.details[0] if mark.grade is not None and mark.details else mark.label


def _now(marks: Sequence[Mark]) -> str:
    """What holds now: what runs, else the last; doses that run at once are all said."""
    running = [mark for mark in marks if mark.runs] or marks[-1:]
    said = dict.fromkeys(_in_short(mark) for mark in running if mark.label)
    return " + ".join(said)
