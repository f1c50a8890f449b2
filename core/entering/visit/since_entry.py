"""An answer since last time that needs more than a key: what changed and from when, the end, or another one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.entering import records
from core.entering.record_entry import RecordEntry, follows
from core.entering.visit.unsaved import typed_since
from core.entering.visit.working_copy import WorkingCopy
from core.entry import CLEARED, Problem, as_shown
from core.forms import catalog
from core.forms.definition import Form
from core.forms.reading import Limits
from core.model.form_record import FormRecord, Since
from core.words import _

if TYPE_CHECKING:
    from core.entering.visit.since import Group, SinceLastTime

_FORM, _RECORD, _HOW, _TEXT = "about.form", "about.record", "about.how", "text."


class SinceEntry:
    """Holds what is typed under one line. ``record`` is what it is about; None for another one.

    ``only`` are the fields to show, all where it is empty; ``first`` is the one to begin with.
    """

    def __init__(
        self,
        since: "SinceLastTime",
        copy: WorkingCopy,
        form: Form,
        record: FormRecord | None,
        how: Since,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        self._since, self._copy = since, copy
        self.record, self.how = record, how
        self.form = form if record is None else catalog.find(record.form, record.version) or form
        known = dict(texts or {})
        if record is not None and how is Since.CHANGED:
            known = {**follows(self.form, record), **known}
        self.entry = RecordEntry(
            self.form,
            copy.record.patient.id,
            copy.rater,
            limits_of(copy),
            record=record if how is Since.ENDED else None,
            texts=known,
        )
        if how is Since.ENDED and texts is None:
            self.entry.end("")
        course = self.form.course
        self.only: frozenset[str] = frozenset()
        self.first = ""
        if course is not None and how is Since.ENDED:
            self.only, self.first = frozenset((course.end, *course.ended_with)), course.end
        elif course is not None and how is Since.CHANGED:
            self.only = frozenset((*course.changed, course.start))
            self.first = next(iter(course.changed), course.start)

    def wrong(self, made: FormRecord) -> str:
        """Why this record is no answer; empty where it is one."""
        if self.how is not Since.CHANGED or self.record is None:
            return ""
        before, course = self.record, self.form.course
        changed: tuple[str, ...] = () if course is None else course.changed
        if all(before.value(name) == made.value(name) for name in changed):
            return _("Nothing is changed here. Change it, or cancel and press S.")
        ended = records.ended_by(before, made)
        return ended.message if isinstance(ended, Problem) else ""

    def needs_reason(self, made: FormRecord) -> bool:
        """Whether it says something else of a visit that is finished."""
        ended = self._ended(made)
        return ended is not None and records.moves_what_was_finished(
            self._copy.record, self.record, ended
        )

    def save(self, made: FormRecord, reason: str) -> None:
        """Save the answer, and forget what was typed of it. Raises ValueError where ``wrong`` says why it is none."""
        typed = self._copy_fields()
        reason = reason or self.entry.why_taken_out
        line = None
        if self.record is not None:
            line = self._since.line(self.form.id, self.record.id)
        ended = self._ended(made)
        if line is None or ended is None:
            self._since.add(made, *typed)
        elif self.how is Since.ENDED:
            self._since.end(line, ended, reason, *typed)
        else:
            self._since.change(line, ended, made, reason, *typed)

    def _ended(self, made: FormRecord) -> FormRecord | None:
        """The record of before with its end; None where another one is entered."""
        if self.record is None:
            return None
        if self.how is Since.ENDED:
            return made
        ended = records.ended_by(self.record, made)
        if isinstance(ended, Problem):
            raise ValueError(ended.message)  # noqa: TRY004  it is no wrong type
        return ended

    def _copy_fields(self) -> list[str]:
        return [name for name in self._copy.texts if name.startswith(typed_since(""))]

    def kept(self, typed: Mapping[str, str]) -> dict[str, str]:
        """What the file keeps of it until it is saved, by the names of the draft."""
        about = {
            _FORM: self.form.id,
            _RECORD: "" if self.record is None else self.record.id,
            _HOW: self.how.value,
        }
        texts = {f"{_TEXT}{name}": text or CLEARED for name, text in typed.items()}
        return {typed_since(name): text for name, text in {**texts, **about}.items()}


def resumed(
    since: "SinceLastTime", copy: WorkingCopy, groups: "tuple[Group, ...]"
) -> SinceEntry | None:
    """What was being entered when the visit was left; None where nothing was, or what it was about is gone."""
    prefix = typed_since("")
    kept = {
        name.removeprefix(prefix): text
        for name, text in copy.texts.items()
        if name.startswith(prefix)
    }
    group = next((one for one in groups if one.form.id == kept.get(_FORM)), None)
    if group is None or kept.get(_HOW, "") not in set(Since):
        return None
    how = Since(kept[_HOW])
    about = kept.get(_RECORD, "")
    record = next((one.record for one in group.lines if one.record.id == about), None)
    if (record is None) is not (how is Since.NEW):
        return None
    typed = {
        name.removeprefix(_TEXT): as_shown(text)
        for name, text in kept.items()
        if name.startswith(_TEXT)
    }
    return SinceEntry(since, copy, group.form, record, how, typed)


def limits_of(copy: WorkingCopy) -> Limits:
    """Nothing that is told at a visit is after its day."""
    return Limits(latest=copy.visit.date, born=copy.record.patient.born)
