"""One record of a form while it is entered: what was typed, what of it is a value, and what is still wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core import clock
from core.entry import Problem
from core.forms import checking, conditions, reading, wording
from core.forms.checking import Found
from core.forms.definition import Field, FieldType, Form, Quick, Rule
from core.forms.reading import Limits
from core.model.assessment import NotDone
from core.model.form_record import FormRecord, Item, Stored
from core.model.ids import PatientId, RecordId, VisitId, new_id
from core.toml_values import Scalar
from core.words import N_, _


@dataclass(frozen=True, slots=True)
class Judged:
    """What stands in a record at one moment, computed once.

    ``values`` are the stored ones by field, the derived ones too; what is hidden or no value is missing. ``found``
    is everything that is wrong or asked, in the order of the fields, without questions that have their reason;
    ``asked`` has every question by its field, also those; ``likely`` the rules of those that know what was meant.
    """

    values: Mapping[str, Stored | None]
    shown: tuple[Field, ...]
    found: tuple[Found, ...]
    asked: Mapping[str, Problem]
    likely: Mapping[str, Rule]


NOTE, KEPT, NOT_DONE = "note", "kept", "not_done"  # beside a field's text: "note.dose"
TAKEN_OUT = "taken_out"  # why a file is not to be there any more
NO_LONGER_ASKED = N_("its question is not asked any more")
SEVERAL = "\n"  # between the choices of a field that takes several


class RecordEntry:
    """Holds texts, never a half value: ``record`` is there when every text is one and nothing blocks it.

    ``around`` is what computed fields read beside the record (`core.forms.around`), ``thresholds`` are the clinic's.
    """

    def __init__(
        self,
        form: Form,
        patient_id: PatientId,
        login: str,
        limits: Limits,
        *,
        visit_id: VisitId | None = None,
        within: RecordId | None = None,
        record: FormRecord | None = None,
        texts: Mapping[str, str] | None = None,
        id: RecordId | None = None,
        at: datetime | None = None,
        around: Mapping[str, Stored | None] | None = None,
        thresholds: Mapping[str, float] | None = None,
    ) -> None:
        """``record`` is the one that is changed; a new one gets the id and the time of entry that are given."""
        self.form, self.limits = form, limits
        self._around, self._thresholds = around, thresholds
        self.before = record
        self._blank = FormRecord(
            id=id or RecordId(new_id()),
            patient_id=patient_id,
            visit_id=visit_id,
            within=within,
            form=form.id,
            version=form.version,
            entered_by=login,
            entered_at=at or clock.now(),
            course=form.course,
        )
        self._start = texts_of(form, record)
        self.texts = {**self._start, **(texts or {})}

    def start(self, name: str) -> str:
        """The text of a field as the file has it; of a new record its default."""
        return self._start.get(name, "")

    @property
    def patient_id(self) -> PatientId:
        return self._blank.patient_id

    @property
    def why_taken_out(self) -> str:
        """Why files that the file has with this record go when it is saved; empty where none goes."""
        gone = [
            one.id
            for one in self.form.stored
            if one.type is FieldType.FILE
            and self._start.get(one.id)
            and self.texts.get(one.id, "") != self._start[one.id]
        ]
        if not gone and not self._hides_a_file():
            return ""
        said = [self.beside(TAKEN_OUT, name).strip() for name in gone]
        return "; ".join(filter(None, said)) or _(NO_LONGER_ASKED)

    def _hides_a_file(self) -> bool:
        shown = {one.id for one in self.judge().shown}
        files = (one.id for one in self.form.stored if one.type is FieldType.FILE)
        return any(self._start.get(name) and name not in shown for name in files)

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def typed(self) -> dict[str, str]:
        """What differs from the file, to be kept until it is saved; what was emptied is an empty text of a field."""
        names = self._start.keys() | self.texts.keys()
        return {
            name: self.texts.get(name, "")
            for name in names
            if self.texts.get(name, "") != self._start.get(name, "")
        }

    def type(self, name: str, text: str) -> None:
        """What stands in a field, or beside it ("note.dose"). Another value asks its question anew."""
        if self.texts.get(name, "") == text:
            return
        self.texts[name] = text
        if "." not in name:
            self.texts.pop(f"{KEPT}.{name}", None)
            if text.strip():
                self.texts.pop(f"{NOT_DONE}.{name}", None)
            if text == self._start.get(name, ""):
                self.texts.pop(f"{TAKEN_OUT}.{name}", None)

    def fill(self, quick: Quick, *, only_empty: bool = False) -> None:
        """The fields of what is entered often, as if they had been typed; or those in which nothing stands yet."""
        values = quick.values
        if only_empty:
            values = {n: v for n, v in values.items() if not self.texts.get(n, "").strip()}
        self._fill(values)

    def correct(self, rule: Rule) -> None:
        """What was probably meant where this rule asks, as if it had been typed."""
        self._fill(rule.likely)

    def _fill(self, values: Mapping[str, Scalar | tuple[str, ...]]) -> None:
        for name, value in values.items():
            text = SEVERAL.join(value) if isinstance(value, tuple) else _plain(value)
            self.type(name, text)

    def end(self, on: str) -> None:
        """Say that the record held until a day; the text is as it would be typed."""
        course = self.form.course
        if course is None or not course.end:
            raise ValueError(f"a record of {self.form.id} has no end")
        if course.ongoing:
            self.type(course.ongoing, reading.NO)
        self.type(course.end, on)

    def beside(self, kind: str, field: str) -> str:
        """The note, the reason to keep a value, or the reason for none, of a field."""
        return self.texts.get(f"{kind}.{field}", "")

    def judge(self) -> Judged:
        """What of the texts is a value, what is asked now, and what is wrong or asked about."""
        read = {
            one.id: reading.read(one, self.texts.get(one.id, ""), self.limits)
            for one in self.form.stored
        }
        wrong = {name: value for name, value in read.items() if isinstance(value, Problem)}
        stored = {n: None if isinstance(value, Problem) else value for n, value in read.items()}
        values = wording.values(self.form, stored, self._around)
        excused = [one.id for one in self.form.stored if self.beside(NOT_DONE, one.id)]
        ruled = checking.problems(self.form, values, excused, self._thresholds, self._around)
        shown = conditions.shown(self.form, values)
        found: list[Found] = []
        for one in shown:
            if one.id in wrong:
                found.append(Found(one.id, "typed", wrong[one.id]))
                continue
            kept = bool(self.beside(KEPT, one.id).strip())
            found += [each for each in ruled if each.field == one.id and not (each.asks and kept)]
        asked = {each.field: each.problem for each in reversed(ruled) if each.asks}
        rules = {one.id: one for one in self.form.rules if one.likely}
        likely = {
            each.field: rules[each.rule]
            for each in reversed(ruled)
            if each.asks and each.rule in rules
        }
        return Judged(values, shown, tuple(found), asked, likely)

    @property
    def record(self) -> FormRecord | None:
        """What is to be saved; None while something is wrong or asked."""
        judged = self.judge()
        if judged.found:
            return None
        items = {}
        for one in judged.shown:
            value = judged.values[one.id]
            reason = self.beside(NOT_DONE, one.id) if value is None else ""
            if one.is_stored and (value is not None or reason):
                items[one.id] = Item(
                    value=value,
                    not_done=NotDone(reason) if reason else None,
                    note=self.beside(NOTE, one.id).strip(),
                    kept=self.beside(KEPT, one.id).strip() if value is not None else "",
                )
        base = self.before or self._blank
        return replace(base, items=items, version=self.form.version, course=self.form.course)


def texts_of(form: Form, record: FormRecord | None) -> dict[str, str]:
    """The texts of a record as they would be typed; of a new one the defaults."""
    if record is None:
        return {one.id: one.default for one in form.stored if one.default}
    texts: dict[str, str] = {}
    for name, item in record.items.items():
        one = form.find(name)
        if one is None:
            continue  # of another version of the form
        texts[name] = reading.typed(one, item.value)
        beside = {
            NOTE: item.note,
            KEPT: item.kept,
            NOT_DONE: item.not_done.value if item.not_done is not None else "",
        }
        texts |= {f"{kind}.{name}": text for kind, text in beside.items() if text}
    return {name: text for name, text in texts.items() if text}


def follows(form: Form, record: FormRecord) -> dict[str, str]:
    """The texts of the record that comes after a change: as before, without what belongs to the time of the old one."""
    course = form.course
    if course is None:
        return texts_of(form, record)
    gone = {course.start, course.end, course.ongoing, *course.ended_with}
    texts = texts_of(form, record)
    kept = {n: t for n, t in texts.items() if n not in gone and "." not in n}
    return {**texts_of(form, None), **kept}


def _plain(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return reading.YES if value else reading.NO
    return value if isinstance(value, str) else f"{value:g}"
