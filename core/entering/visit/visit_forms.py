"""Forms that are data and belong to one visit, each a step of it."""

from collections.abc import Mapping, Sequence

from core import clock
from core.entering.record_entry import RecordEntry
from core.entering.visit.steps import OpenPoint, Step, VisitStep
from core.entering.visit.unsaved import Unsaved, typed_of
from core.entering.visit.working_copy import WorkingCopy
from core.entry import Problem
from core.forms import around, catalog, checking, derived, wording
from core.forms.checking import Found
from core.forms.definition import Form, Of
from core.forms.reading import Limits
from core.model import conclusion
from core.model.assessment import NotDone
from core.model.form_record import FormRecord
from core.words import _, plural


class VisitForms:
    """The records of this visit's forms. What is saved is in the file on return."""

    def __init__(self, copy: WorkingCopy, assessments: Sequence[str]) -> None:
        self._copy = copy
        known = catalog.newest()
        found = (known.get(name) for name in assessments)
        self.asked: tuple[Form, ...] = tuple(
            form
            for form in found
            if form is not None and form.of is Of.VISIT and form.id != conclusion.FORM
        )

    def form(self, name: str) -> Form | None:
        return next((one for one in self.asked if one.id == name), None)

    def records(self, form: Form) -> tuple[FormRecord, ...]:
        every = self._copy.record.of_form(form.id)
        return tuple(one for one in every if one.visit_id == self._copy.visit_id)

    def entry(self, form: Form, record: FormRecord | None, texts: Mapping[str, str]) -> RecordEntry:
        """A record of this visit being entered; one that was entered before keeps its version of the form."""
        used = form if record is None else catalog.find(record.form, record.version) or form
        return RecordEntry(
            used,
            self._copy.record.patient.id,
            self._copy.rater,
            Limits(latest=self._copy.visit.date, born=self._copy.record.patient.born),
            visit_id=self._copy.visit_id,
            record=record if record is None or record.not_done is None else None,
            texts=texts,
            around=around.of_visit(self._copy.record, self._copy.visit_id),
            thresholds=self._copy.record.thresholds,
        )

    def waits(self, form: Form) -> str:
        """What must be answered before anything is entered in this form; empty where nothing must."""
        asked = {one.id for one in self.asked}
        known = around.of_visit(self._copy.record, self._copy.visit_id)
        awaited = [name for name in form.waits_for if name.partition(".")[0] in asked]
        return form.waits_say if any(known.get(name) != 1 for name in awaited) else ""

    def found(self, form: Form) -> tuple[Found, ...]:
        """What its saved records lack before the visit can be finished, or raise by what was entered since elsewhere."""
        outside = around.of_visit(self._copy.record, self._copy.visit_id)
        every: list[Found] = []
        for one in self.records(form):
            used = catalog.find(one.form, one.version) or form
            if one.not_done is not None or not looks_further(used):
                continue
            known = wording.of_record(used, one, outside)
            excused = [name for name, item in one.items.items() if item.not_done is not None]
            kept = {name for name, item in one.items.items() if item.kept}
            ruled = checking.problems(used, known, excused, self._copy.record.thresholds, outside)
            every += [each for each in ruled if not (each.asks and each.field in kept)]
            every += checking.lacking(used, known, excused)
        return tuple(every)

    def save(self, record: FormRecord, *typed: str, reason: str = "") -> None:
        """Save a record. That the form was not done is taken out by it. ``typed`` are texts that are values now."""
        with self._copy.saving(reason):
            for one in self._not_done(record.form):
                self._copy.session.forms.remove(one.id)
            self._copy.session.forms.save(record)
            self._copy.forget(*typed)

    def save_not_done(self, form: Form, why: NotDone | None, *typed: str) -> None:
        """The whole form was not done; None takes that back. Raises ValueError where something was entered in it."""
        if why is not None and any(one.not_done is None for one in self.records(form)):
            raise ValueError(f"the form {form.id} has records at this visit")
        with self._copy.saving():
            for one in self._not_done(form.id):
                self._copy.session.forms.remove(one.id)
            if why is not None:
                self._copy.session.forms.save(self.not_done(form, why))
            self._copy.forget(*typed)

    def not_done(self, form: Form, why: NotDone) -> FormRecord:
        """The record that says that the whole form was not done at this visit."""
        return FormRecord(
            patient_id=self._copy.record.patient.id,
            visit_id=self._copy.visit_id,
            form=form.id,
            version=form.version,
            not_done=why,
            entered_by=self._copy.rater,
            entered_at=clock.now(),
        )

    def remove(self, record: FormRecord, *typed: str) -> None:
        """Take out what was entered at this visit by mistake; the trail keeps it."""
        with self._copy.saving(_("entered by mistake")):
            self._copy.session.forms.remove(record.id)
            self._copy.forget(*typed)

    def forget(self, *typed: str) -> None:
        """Texts that are taken away, where nothing is saved by it."""
        if any(name in self._copy.texts for name in typed):
            with self._copy.saving():
                self._copy.forget(*typed)

    def _not_done(self, form: str) -> list[FormRecord]:
        return [
            one
            for one in self._copy.record.of_form(form)
            if one.visit_id == self._copy.visit_id and one.not_done is not None
        ]


def looks_further(form: Form) -> bool:
    """Whether a saved record of it can be wrong, or incomplete, by what it does not hold itself."""
    computed = any(one.function in derived.LOOK_AROUND for one in form.fields)
    compared = any("." in str(test) for rule in form.rules for test in rule.when.values())
    return computed or compared or any(one.to_finish for one in form.fields)


class FormStep(VisitStep):
    """One form: entered, or not done and why."""

    def __init__(self, form: Form, forms: VisitForms, unsaved: Unsaved) -> None:
        self.id = form.id
        self._form = form
        self._forms = forms
        self._unsaved = unsaved

    @property
    def title(self) -> str:
        return self._form.plural

    @property
    def untouched(self) -> bool:
        return not self._forms.records(self._form)

    def state(self, points: Sequence[OpenPoint]) -> Step:
        found = self._forms.records(self._form)
        hint = ""
        if any(one.not_done is not None for one in found):
            hint = _("not done")
        elif self._form.repeats and found:
            hint = plural(len(found), "{n} entered", "{n} entered")
        return self._state(points, begun=bool(found) or bool(self.unsaved_points()), hint=hint)

    def open_points(self) -> list[OpenPoint]:
        points = self.unsaved_points()
        if not points and not self._forms.records(self._form):
            text = _("{form}: enter it, or say why it was not done.")
            points.append(OpenPoint(self.id, "", Problem(text.format(form=self.title))))
        done = any(one.not_done is None for one in self._forms.records(self._form))
        if done and (waits := self._forms.waits(self._form)):
            points.append(OpenPoint(self.id, "", Problem(waits)))
        found = () if points else self._forms.found(self._form)
        rule = f"{self.id}.{{}}"
        return points + [
            OpenPoint(self.id, one.field, one.problem, rule.format(one.rule) if one.asks else "")
            for one in found
        ]

    def unsaved_points(self) -> list[OpenPoint]:
        text = _("{form}: something was typed that cannot be saved yet. Finish it, or clear it.")
        prefix = typed_of(self.id, "")
        return self._unsaved.points(self.id, prefix, text.format(form=self.title))
