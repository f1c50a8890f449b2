"""Laboratory results of a visit: one sample, test by test."""

from collections.abc import Mapping, Sequence

from core.entering.laboratory import (
    LabEntry,
    Panels,
    Sample,
    default_laboratory,
    panels_asked,
)
from core.entering.visit.steps import OpenPoint, Step, StepState, VisitStep
from core.entering.visit.unsaved import Unsaved
from core.entering.visit.working_copy import WorkingCopy
from core.entry import Problem, Severity
from core.model.laboratory import LabResult
from core.model.nouns import LABORATORY
from core.model.record import PatientRecord
from core.protocols.definition import ELIGIBILITY, Protocol
from core.words import N_, _, plural

RULE = "laboratory"  # under which a visit is finished whose results are not all there
TYPED = f"{LABORATORY}.value."


class VisitLaboratory(LabEntry):
    """The sample of a visit: of its day, until somebody says another."""

    def __init__(self, copy: WorkingCopy, unsaved: Unsaved, protocol: Protocol) -> None:
        self.session = copy.session
        self._copy = copy
        self._unsaved = unsaved
        self._protocol = protocol
        self._chosen: Sample | None = None  # before there is a result that says it

    @property
    def asked(self) -> bool:
        """Whether this visit has results to be entered; a schedule may have a task of this name instead."""
        code = self._copy.visit.code
        asked = LABORATORY in self._protocol.assessments_of(code)
        return asked and self._protocol.task(LABORATORY) is None

    @property
    def record(self) -> PatientRecord:
        return self._copy.record

    @property
    def results(self) -> tuple[LabResult, ...]:
        return tuple(one for one in self.record.laboratory if one.visit_id == self._copy.visit_id)

    @property
    def sample(self) -> Sample:
        entered = next(iter(self.results), None)
        if entered is not None:
            known = {one.name: one for one in self.session.laboratories.all()}
            return Sample(
                visit_id=self._copy.visit_id,
                taken_on=entered.taken_on,
                taken_at=entered.taken_at,
                laboratory=known.get(entered.laboratory),
            )
        if self._chosen is None:
            return Sample(
                visit_id=self._copy.visit_id,
                taken_on=self._copy.visit.date,
                laboratory=default_laboratory(self.session, self.record),
            )
        return self._chosen

    @property
    def panels(self) -> Panels:
        code = self._copy.visit.code
        screening = ELIGIBILITY in self._protocol.assessments_of(code)
        return panels_asked(self._protocol.panels_of(code), screening=screening)

    @property
    def texts(self) -> Mapping[str, str]:
        return {
            field.removeprefix(TYPED): self._unsaved.texts[field]
            for field in self._unsaved.fields(TYPED)
        }

    @property
    def open_tests(self) -> tuple[str, ...]:
        """The titles of the tests that are asked for and have neither a result nor a reason."""
        known = {one.test for one in self.results}
        return tuple(
            test.title for _panel, tests in self.panels for test in tests if test.id not in known
        )

    def write(
        self, save: Sequence[LabResult] = (), remove: Sequence[LabResult] = (), reason: str = ""
    ) -> None:
        if not save and not remove:
            return
        session = self.session
        with self._copy.saving(reason):
            for one in remove:
                session.lab_results.remove(one.id)
            for one in save:
                session.lab_results.save(one)
            self._copy.forget(*(TYPED + one.test for one in (*save, *remove)))

    def keep(self, texts: Mapping[str, str]) -> None:
        self._unsaved.save_all({TYPED + test: text for test, text in texts.items()})

    def choose(self, sample: Sample) -> None:
        moved = self.sheet.moved(sample)
        self._chosen = sample
        self.write(moved, reason=N_("the sample is another") if moved else "")


class LaboratoryStep(VisitStep):
    """Done when every test that is asked for has a result or a reason; results may come after the visit."""

    id = LABORATORY

    def __init__(self, laboratory: VisitLaboratory, unsaved: Unsaved) -> None:
        self._laboratory = laboratory
        self._unsaved = unsaved

    @property
    def title(self) -> str:
        return _("Laboratory")

    @property
    def asked(self) -> bool:
        return self._laboratory.asked

    @property
    def untouched(self) -> bool:
        return not self._laboratory.results

    def state(self, points: Sequence[OpenPoint]) -> Step:
        asked = sum(len(tests) for _panel, tests in self._laboratory.panels)
        done = asked - len(self._laboratory.open_tests)
        hint = _("{n} of {all}").format(n=done, all=asked)
        if not points:
            return Step(LABORATORY, self.title, StepState.DONE, hint)
        begun = bool(self._laboratory.results) or any(point.blocks for point in points)
        state = StepState.STARTED if begun else StepState.EMPTY
        return Step(LABORATORY, self.title, state, hint)

    def open_points(self) -> list[OpenPoint]:
        points, missing = self.unsaved_points(), self._laboratory.open_tests
        if missing:
            text = plural(
                len(missing),
                "Laboratory: {tests} has no result yet. Enter it, say why not, or enter it later on the chart.",
                "Laboratory: {n} tests have no result yet ({tests}). Enter them, say why not, or enter them"
                " later on the chart.",
            )
            said = Problem(text.format(tests=", ".join(missing)), Severity.QUESTION)
            points.append(OpenPoint(LABORATORY, "", said, RULE))
        return points

    def unsaved_points(self) -> list[OpenPoint]:
        return self._unsaved.points(LABORATORY, TYPED)
