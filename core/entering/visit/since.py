"""Since last time: what ran when the patient was last seen, one answer each, and whether there is another.

What happened on a day (a procedure, a fall) does not run: only whether there was another one is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.entering.visit.since_entry import SinceEntry, limits_of, resumed
from core.entering.visit.steps import OpenPoint, Step, StepState, VisitStep
from core.entering.visit.unsaved import Unsaved, typed_since
from core.entering.visit.working_copy import WorkingCopy
from core.entry import Problem, Severity
from core.forms import catalog, changes, free_text, wording
from core.forms.definition import Form
from core.model.form_record import FormRecord, Item, RecordCheck, Since
from core.model.nouns import SINCE_LAST_TIME
from core.model.visit import Visit
from core.words import N_, _, within


@dataclass(frozen=True, slots=True)
class Line:
    """One record that is asked about. ``answer`` is what was said at this visit, NEW for one that was entered at it.

    ``follows`` is the record that a change began.
    """

    form: Form
    record: FormRecord
    answer: Since | None = None
    follows: FormRecord | None = None

    @property
    def is_open(self) -> bool:
        return self.answer is None


@dataclass(frozen=True, slots=True)
class Group:
    """One form with its lines, and what was said to "another one?"; None where nobody was asked."""

    form: Form
    lines: tuple[Line, ...]
    another: Since | None

    @property
    def open(self) -> int:
        return sum(line.is_open for line in self.lines) + (self.another is None)

    @property
    def asked(self) -> int:
        """How many answers this form needs: one for each line that is not new, and one for "another one?"."""
        return sum(line.answer is not Since.NEW for line in self.lines) + 1


class SinceLastTime:
    """What is asked about the forms of the patient. What is saved is in the file on return."""

    def __init__(self, copy: WorkingCopy) -> None:
        self._copy = copy
        self._undo: list[tuple[str, str]] = []  # what was answered last, by form and record
        self._forms = tuple(form for form in catalog.newest().values() if form.ask)
        self._known: tuple[object, ...] = (None, None, None)  # what the groups were computed from
        self._groups: tuple[Group, ...] = ()

    @property
    def before(self) -> Visit | None:
        """The visit of last time."""
        return self._copy.record.visit_before(self._copy.visit)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Every form that is asked about at a visit. Computed anew when a record, an answer or the day has changed."""
        record = self._copy.record
        known = (record.forms, record.checks, self._copy.visit.date)
        if any(now is not then for now, then in zip(known, self._known, strict=True)):
            self._known = known
            self._groups = tuple(self._group(form) for form in self._forms)
        return self._groups

    @property
    def is_begun(self) -> bool:
        return bool(self._answers)

    @property
    def _answers(self) -> Mapping[tuple[str, str], Since]:
        mine = self._copy.visit_id
        return {
            (one.form, one.record_id): one.answer
            for one in self._copy.record.checks
            if one.visit_id == mine
        }

    def _group(self, form: Form) -> Group:
        answers, every = self._answers, self._copy.record.of_form(form.id)
        day, started = self._copy.visit.date, self._copy.visit.started_at
        follows = {
            one.id: next((each for each in every if changes.follows(one, each)), None)
            for one in every
            if answers.get((form.id, one.id)) is Since.CHANGED
        }
        later = {one.id for one in follows.values() if one is not None}
        lines = []
        for one in sorted(every, key=lambda each: each.began):
            known = one.known_on(day)
            answer = answers.get((form.id, one.id))
            if one.id in later or known is None or (answer is None and not known.runs):
                continue
            if answer is None and one.entered_at >= started:
                answer = Since.NEW
            if answer is None and one.is_moment:
                continue  # it is over: only whether there was another one is asked
            lines.append(Line(form, one, answer, follows.get(one.id)))
        return Group(form, tuple(lines), answers.get((form.id, "")))

    def line(self, form: str, record: str) -> Line | None:
        every = (line for group in self.groups for line in group.lines)
        return next((one for one in every if (one.form.id, one.record.id) == (form, record)), None)

    def begin(self, form: Form, record: FormRecord | None, how: Since) -> SinceEntry:
        """Enter what changed of a record, its end, or another one."""
        return SinceEntry(self, self._copy, form, record, how)

    def read(self, form: Form, said: str) -> SinceEntry:
        """Another one from a line as it is said, to be shown and confirmed."""
        texts = free_text.read(form, said, limits_of(self._copy))
        return SinceEntry(self, self._copy, form, None, Since.NEW, texts)

    def resumed(self) -> SinceEntry | None:
        """What was being entered when the visit was left."""
        return resumed(self, self._copy, self.groups)

    # Answering.

    def same(self, line: Line) -> None:
        """It runs as it did."""
        self.take_back(line)
        with self._copy.saving():
            self._check(line.form.id, line.record.id, Since.SAME)
        self._undo.append((line.form.id, line.record.id))

    def all_the_same(self) -> None:
        """Everything that is not answered runs as it did, and there is nothing new; one write."""
        waiting = [line for group in self.groups for line in group.lines if line.is_open]
        silent = [group.form.id for group in self.groups if group.another is None]
        if not waiting and not silent:
            return
        with self._copy.saving():
            for line in waiting:
                self._check(line.form.id, line.record.id, Since.SAME)
            for form in silent:
                self._check(form, "", Since.NOTHING_NEW)
        self._undo += [(line.form.id, line.record.id) for line in waiting]
        self._undo += [(form, "") for form in silent]

    def change(
        self, line: Line, ended: FormRecord, after: FormRecord, reason: str, *typed: str
    ) -> None:
        """Another record follows it. ``typed`` are the names of texts that are values now."""
        with self._copy.saving(reason):
            self._copy.session.forms.save(ended)
            self._copy.session.forms.save(after)
            self._check(line.form.id, line.record.id, Since.CHANGED)
            self._copy.forget(*typed)
        self._undo.append((line.form.id, line.record.id))

    def end(self, line: Line, ended: FormRecord, reason: str, *typed: str) -> None:
        with self._copy.saving(reason):
            self._copy.session.forms.save(ended)
            self._check(line.form.id, line.record.id, Since.ENDED)
            self._copy.forget(*typed)
        self._undo.append((line.form.id, line.record.id))

    def add(self, record: FormRecord, *typed: str) -> None:
        """Another one, which nobody had told of before."""
        with self._copy.saving():
            self._copy.session.forms.save(record)
            self._check(record.form, "", Since.NEW)
            self._copy.forget(*typed)
        self._undo.append((record.form, record.id))

    def nothing_new(self, form: str) -> None:
        """There is no other one. What was entered at this visit stays new."""
        answers = self._answers
        entered = any(
            line.answer is Since.NEW
            for group in self.groups
            if group.form.id == form
            for line in group.lines
        )
        answer = Since.NEW if entered else Since.NOTHING_NEW
        if answers.get((form, "")) is not answer:
            with self._copy.saving():
                self._check(form, "", answer)
            self._undo.append((form, ""))

    def undo(self) -> tuple[str, str] | None:
        """Take back the last answer given here: the form and the record that it was about; None where there is none."""
        if not self._undo:
            return None
        form, record = self._undo.pop()
        line = self.line(form, record)
        if line is not None:
            self.take_back(line)
        elif not record:
            with self._copy.saving():
                self._copy.session.checks.remove(self._copy.visit_id, form, "")
        return form, record

    def take_back(self, line: Line) -> None:
        """As if it had not been asked about: what a change or an end made of it is undone, what was new is removed."""
        session = self._copy.session
        if line.answer is None:
            return
        group = next(one for one in self.groups if one.form.id == line.form.id)
        with self._copy.saving(N_("taken back at the visit")):
            if line.answer is Since.NEW:
                session.forms.remove(line.record.id)
                alone = [one for one in group.lines if one.answer is Since.NEW] == [line]
                if alone and group.another is Since.NEW:
                    session.checks.remove(self._copy.visit_id, line.form.id, "")
                return
            if line.follows is not None:
                session.forms.remove(line.follows.id)
            if line.answer is not Since.SAME:
                session.forms.save(_running_again(line.record))
            session.checks.remove(self._copy.visit_id, line.form.id, line.record.id)

    def _check(self, form: str, record: str, answer: Since) -> None:
        self._copy.session.checks.save(
            RecordCheck(visit_id=self._copy.visit_id, form=form, record_id=record, answer=answer)
        )


def _running_again(record: FormRecord) -> FormRecord:
    """As it was before its end was said."""
    course = record.course
    if course is None:
        return record
    gone = {course.end, *course.ended_with}
    items = {name: item for name, item in record.items.items() if name not in gone}
    if course.ongoing:
        items[course.ongoing] = Item(value=1)
    return replace(record, items=items)


class SinceStep(VisitStep):
    """Done when everything was asked; it may stay empty where nothing runs."""

    id = SINCE_LAST_TIME

    def __init__(self, since: SinceLastTime, unsaved: Unsaved, assessments: Sequence[str]) -> None:
        self._since = since
        self._unsaved = unsaved
        self._assessments = assessments

    @property
    def title(self) -> str:
        return _("Since last time")

    @property
    def asked(self) -> bool:
        return SINCE_LAST_TIME in self._assessments and bool(self._since.groups)

    @property
    def untouched(self) -> bool:
        new = any(line.answer is Since.NEW for group in self._since.groups for line in group.lines)
        return not self._since.is_begun and not new

    def state(self, points: Sequence[OpenPoint]) -> Step:
        groups = self._since.groups
        asked, waiting = sum(one.asked for one in groups), sum(one.open for one in groups)
        hint = _("{n} of {all}").format(n=asked - waiting, all=asked)
        if any(point.blocks for point in points) or (waiting and self._since.is_begun):
            return Step(SINCE_LAST_TIME, self.title, StepState.STARTED, hint)
        if not waiting:
            return Step(SINCE_LAST_TIME, self.title, StepState.DONE, hint)
        if any(line.is_open for group in groups for line in group.lines):
            return Step(SINCE_LAST_TIME, self.title, StepState.EMPTY, hint)
        return Step(SINCE_LAST_TIME, self.title, StepState.EMPTY, _("optional"), optional=True)

    def open_points(self) -> list[OpenPoint]:
        """One question for everything that nobody asked about; what was typed and not saved blocks."""
        return self.unsaved_points() + self._not_asked()

    def _not_asked(self) -> list[OpenPoint]:
        groups = self._since.groups
        lines = [line for group in groups for line in group.lines if line.is_open]
        another = [group.form for group in groups if group.another is None]
        if not lines and not self._since.is_begun:
            return []
        said = [wording.line(line.form, line.record) for line in lines]
        if another:
            forms = ", ".join(within(form.plural) for form in another)
            said.append(_("anything new ({forms})").format(forms=forms))
        if not said:
            return []
        text = _("Nobody asked at this visit about: {what}. Ask, or finish without it.")
        problem = Problem(text.format(what="; ".join(said)), Severity.QUESTION)
        first = lines[0].record.id if lines else another[0].id
        return [OpenPoint(SINCE_LAST_TIME, first, problem, rule="not-asked-since-last-time")]

    def unsaved_points(self) -> list[OpenPoint]:
        text = _("Something was begun here: save it, or clear it.")
        return self._unsaved.points(SINCE_LAST_TIME, typed_since(""), text)
