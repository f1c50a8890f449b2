"""The first step of a visit and its note: when, how and by whom, the paper it is transcribed from, a remark."""

from collections.abc import Sequence

from core import clock
from core.entering.visit.steps import DETAILS, NOTE, OpenPoint, Step, StepState, VisitStep
from core.entering.visit.unsaved import PAPER, PAPER_BY, Unsaved
from core.entering.visit.working_copy import WorkingCopy
from core.entering.visit_entry import check_visit_date
from core.entry import Problem, Severity
from core.findings import consent
from core.findings.consent import Standing
from core.protocols import catalog as protocols
from core.words import _, day


class DetailsStep(VisitStep):
    """When the visit took place, how, and who answered."""

    id = DETAILS

    def __init__(self, copy: WorkingCopy, unsaved: Unsaved) -> None:
        self._copy = copy
        self._unsaved = unsaved

    @property
    def title(self) -> str:
        return _("Visit details")

    @property
    def untouched(self) -> bool:
        visit = self._copy.visit
        return not (
            visit.mode
            or visit.date != visit.started_at.astimezone().date()
            or visit.respondent
            or visit.weight_kg is not None
            or visit.paper_on
        )

    def state(self, points: Sequence[OpenPoint]) -> Step:
        return self._state(points, begun=self._copy.visit.mode is not None)

    def open_points(self) -> list[OpenPoint]:
        visit, points = self._copy.visit, []
        problem = check_visit_date(self._copy.record, visit.date, visit.id)
        if problem is not None:
            points.append(OpenPoint(DETAILS, "date", problem))
        if visit.mode is None:
            points.append(OpenPoint(DETAILS, "mode", Problem(_("Say how the visit took place."))))
        if visit.respondent is None:
            points.append(
                OpenPoint(DETAILS, "respondent", Problem(_("Say who answered the questions.")))
            )
        asked = consent.of_visit(
            self._copy.record, protocols.of_visit(self._copy.record, visit), visit
        )
        if asked.standing is not Standing.WITHIN and asked.decided is None:
            question = Problem(asked.question, Severity.QUESTION)
            points.append(OpenPoint(DETAILS, "date", question, rule=consent.FORM))
        raw = [point for point in self.unsaved_points() if point.field != PAPER_BY]
        return points + self._paper_points() + raw

    def unsaved_points(self) -> list[OpenPoint]:
        points = self._unsaved.points(DETAILS, "details.")
        return [point for point in points if point.field != PAPER]

    def _paper_points(self) -> list[OpenPoint]:
        """What is missing, or odd, about the paper form that the visit is transcribed from."""
        visit, points = self._copy.visit, []
        if PAPER in self._unsaved.texts:
            text = _("Enter the day on the paper form, or say that there was none.")
            points.append(OpenPoint(DETAILS, "details.paper_on", Problem(text)))
        if visit.paper_on is None:
            return points
        if not visit.paper_by:
            text = _("Say who filled in the paper form.")
            points.append(OpenPoint(DETAILS, "details.paper_by", Problem(text)))
        if visit.paper_on > clock.today():
            text = _("The day on the paper form is in the future. Enter the day it was filled in.")
            points.append(OpenPoint(DETAILS, "details.paper_on", Problem(text)))
        elif visit.paper_on != visit.date:
            text = _("The paper form is of {paper}, the visit of {visit}: is that so?")
            words = text.format(paper=day(visit.paper_on), visit=day(visit.date))
            problem = Problem(words, Severity.QUESTION)
            points.append(OpenPoint(DETAILS, "details.paper_on", problem, rule="paper-day"))
        return points


class NoteStep(VisitStep):
    """A remark on the visit, and King's stage as a clinician judges it."""

    id = NOTE

    def __init__(self, copy: WorkingCopy) -> None:
        self._copy = copy

    @property
    def title(self) -> str:
        return _("Note and stage")

    @property
    def untouched(self) -> bool:
        return not (self._copy.visit.note or self._copy.visit.clinical_stage)

    def state(self, points: Sequence[OpenPoint]) -> Step:  # noqa: ARG002  text in it holds nothing up
        state = StepState.EMPTY if self.untouched else StepState.DONE
        hint = _("optional") if self.untouched else ""
        return Step(NOTE, self.title, state, hint, optional=True)
