"""Forms about the patient that a schedule asks for at a visit: entered there as in the chart.

What is entered belongs to the patient, not to the visit: it is there in the chart, and stays where the visit is
discarded.
"""

from collections.abc import Sequence

from core.entering import records
from core.entering.visit.steps import OpenPoint, Step, StepState, VisitStep
from core.entering.visit.working_copy import WorkingCopy
from core.entry import Problem, Severity
from core.forms.definition import Form
from core.model.form_record import FormRecord, RecordCheck, Since
from core.words import _, plural

NOTHING_ENTERED = "nothing-entered"


class PatientForms:
    """Those that this visit asks for, in the order of its schedule."""

    def __init__(self, copy: WorkingCopy, assessments: Sequence[str]) -> None:
        self._copy = copy
        known = {form.id: form for form in records.of_patient()}
        self.asked: tuple[Form, ...] = tuple(known[name] for name in assessments if name in known)

    def form(self, name: str) -> Form | None:
        return next((one for one in self.asked if one.id == name), None)

    def known(self, form: Form) -> tuple[FormRecord, ...]:
        """The records that hold, or may have held, on the day of the visit."""
        return tuple(one for one in self._copy.record.of_form(form.id) if self._began(form, one))

    def has_nothing(self, form: Form) -> bool:
        """Whether it was asked, at this visit or an earlier one, and there was nothing to enter."""
        until = {one.id for one in self._copy.record.visits if one.date <= self._copy.visit.date}
        return any(
            one.form == form.id and not one.record_id and one.visit_id in until
            for one in self._copy.record.checks
        )

    def say_nothing(self, form: Form, *, said: bool) -> None:
        """Save that it was asked at this visit and there is nothing to enter, or take that back."""
        visit_id, checks = self._copy.visit_id, self._copy.session.checks
        with self._copy.saving():
            if said:
                check = RecordCheck(visit_id=visit_id, form=form.id, answer=Since.NOTHING_NEW)
                checks.save(check)
            else:
                checks.remove(visit_id, form.id, "")

    def _began(self, form: Form, one: FormRecord) -> bool:
        start = one.day(form.course.start) if form.course is not None else None
        return start is None or start.first <= self._copy.visit.date


class PatientFormStep(VisitStep):
    """One form about the patient: entered by now, or asked about."""

    def __init__(self, form: Form, forms: PatientForms) -> None:
        self.id = form.id
        self._form, self._forms = form, forms

    @property
    def title(self) -> str:
        return self._form.plural

    @property
    def untouched(self) -> bool:
        return True  # what is entered is no part of the visit

    def state(self, points: Sequence[OpenPoint]) -> Step:
        found = len(self._forms.known(self._form))
        hint = ""
        if self._form.repeats and found:
            hint = plural(found, "{n} entered", "{n} entered")
        if not found and self._forms.has_nothing(self._form):
            return self._state(points, begun=True, hint=_("nothing to enter"))
        if not found:
            return Step(self.id, self.title, StepState.EMPTY)
        return self._state(points, begun=True, hint=hint)

    def open_points(self) -> list[OpenPoint]:
        if self._forms.known(self._form) or self._forms.has_nothing(self._form):
            return []
        text = _(
            "{form}: nothing is entered by the day of this visit. Enter it, or say that there is nothing."
        )
        problem = Problem(text.format(form=self.title), Severity.QUESTION)
        return [OpenPoint(self.id, "", problem, rule=NOTHING_ENTERED)]
