"""The end of a visit: its review, and the questions that are stored when it is finished."""

from collections.abc import Iterator, Sequence

from core import clock
from core.entering.visit.comparisons import Comparisons
from core.entering.visit.questionnaires import Questionnaires
from core.entering.visit.steps import COMPARISON, REVIEW, OpenPoint, Step, StepState, VisitStep
from core.entering.visit.working_copy import WorkingCopy
from core.model.data_query import DataQuery, QueryReply
from core.model.judgement import Reconciliation
from core.words import _


class ReviewStep(VisitStep):
    """Everything that was entered, to be read once more."""

    id = REVIEW

    def __init__(self, copy: WorkingCopy) -> None:
        self._copy = copy

    @property
    def title(self) -> str:
        return _("Review and finish")

    @property
    def untouched(self) -> bool:
        return True

    def state(self, points: Sequence[OpenPoint]) -> Step:  # noqa: ARG002  it has none of its own
        state = StepState.EMPTY if self._copy.visit.is_draft else StepState.DONE
        return Step(REVIEW, self.title, state)


class Finishing:
    """The questions of rules that a visit is finished with: stored as queries, with what answered them."""

    def __init__(
        self, copy: WorkingCopy, questionnaires: Questionnaires, comparisons: Comparisons
    ) -> None:
        self._copy = copy
        self._questionnaires = questionnaires
        self._comparisons = comparisons

    def store_questions(self, steps: Sequence[Step], points: Sequence[OpenPoint]) -> None:
        """Inside a write: the open questions of rules, and the plausibility questions with their reasons.

        Each is stored once, whatever became of it: a visit that is reopened and finished again asks
        only what is new.
        """
        known = {
            (query.rule, query.step, query.field, query.text)
            for query in self._copy.record.queries
            if query.visit_id == self._copy.visit_id
        }
        queries = self._copy.session.queries
        for query, kept in (*self._of_rules(steps, points), *self._kept()):
            if (query.rule, query.step, query.field, query.text) not in known:
                queries.save(query)
                if kept is not None:
                    reply = QueryReply(
                        query_id=query.id, number=1, by=kept.by, at=kept.at, text=kept.reason
                    )
                    queries.reply(reply)

    def _of_rules(
        self, steps: Sequence[Step], points: Sequence[OpenPoint]
    ) -> Iterator[tuple[DataQuery, Reconciliation | None]]:
        titles = {step.id: step.title for step in steps}
        for point in points:
            question = DataQuery(
                patient_id=self._copy.record.patient.id,
                visit_id=self._copy.visit_id,
                step=point.step,
                field=point.field,
                label=titles[point.step],
                rule=point.rule,
                text=point.problem.message,
                opened_by=self._copy.rater,
                opened_at=clock.now(),
            )
            yield question, None

    def _kept(self) -> Iterator[tuple[DataQuery, Reconciliation | None]]:
        for instrument in self._questionnaires.instruments:
            answers = self._questionnaires.form(instrument.id).answers
            for question in self._comparisons.questions(instrument.id):
                finding, kept = question.finding, question.kept
                if kept is None:
                    continue  # a note is only shown
                label = instrument.title
                if finding.slot:
                    item = instrument.item(answers[finding.slot].item)
                    label = f"{label}: {item.number} {item.title}"
                asked = DataQuery(
                    patient_id=self._copy.record.patient.id,
                    visit_id=self._copy.visit_id,
                    step=instrument.id,
                    field=finding.slot or f"{COMPARISON}.{finding.rule}.",
                    label=label,
                    rule=finding.rule,
                    text=finding.message,
                    opened_by=kept.by,
                    opened_at=kept.at,
                )
                yield asked, kept
