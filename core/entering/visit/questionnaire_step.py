"""A questionnaire as a step of a visit: how far it is, and what is still open in it."""

from collections.abc import Sequence

from core.entering.visit.comparisons import Comparisons, correction_of
from core.entering.visit.questionnaires import Questionnaires
from core.entering.visit.steps import COMPARISON, OpenPoint, Step, StepState, VisitStep
from core.entering.visit.unsaved import Unsaved, event_date
from core.entry import Problem
from core.instruments.definition import Instrument
from core.model.assessment import Answer
from core.words import _


class QuestionnaireStep(VisitStep):
    """One questionnaire; its step has its id."""

    def __init__(
        self,
        instrument: Instrument,
        questionnaires: Questionnaires,
        comparisons: Comparisons,
        unsaved: Unsaved,
    ) -> None:
        self.id = instrument.id
        self._questionnaires = questionnaires
        self._comparisons = comparisons
        self._unsaved = unsaved

    @property
    def title(self) -> str:
        return self._instrument.title

    @property
    def untouched(self) -> bool:
        return self._questionnaires.untouched(self.id)

    def state(self, points: Sequence[OpenPoint]) -> Step:
        if self._questionnaires.left_out(self.id):
            return Step(self.id, self.title, StepState.EMPTY, _("optional"), optional=True)
        form, instrument = self._questionnaires.form(self.id), self._instrument
        total, given = instrument.total, len(form.answers)
        score = total.score(form.values) if total else None
        if form.not_done is not None:
            hint = _("not done")
        elif total and score is not None:
            hint = f"{score}/{total.maximum}"
        else:
            hint = _("{n} of {all}").format(n=given, all=len(instrument.slots))
        return self._state(points, begun=given > 0, hint=hint)

    def open_points(self) -> list[OpenPoint]:
        form, instrument = self._questionnaires.form(self.id), self._instrument
        if form.not_done is not None or self._questionnaires.left_out(self.id):
            return []
        answers = form.answers
        found = [
            (slot, self._problem(instrument, slot, answers.get(slot))) for slot in instrument.slots
        ]
        points = [OpenPoint(self.id, slot, why) for slot, why in found if why is not None]
        return points + self._question_points()

    @property
    def _instrument(self) -> Instrument:
        """In the version that its form was begun with."""
        return self._questionnaires.instrument(self.id)

    def _problem(self, instrument: Instrument, slot: str, answer: Answer | None) -> Problem | None:
        """What is missing, or not settled, of one question."""
        if answer is None:
            item = self._questionnaires.default_variant(instrument, slot)
            text = _("{number} {title}: answer it, or say why it was not done.")
            return Problem(text.format(number=item.number, title=item.title))
        if (found := self._questionnaires.variant_problem(instrument, answer)) is not None:
            return found
        item, texts = instrument.item(answer.item), self._unsaved.texts
        if correction_of(self.id, slot) in texts:
            text = _("{number} {title}: its correction needs the reason.")
            return Problem(text.format(number=item.number, title=item.title))
        if typed := texts.get(event_date(self.id, slot)):
            text = _(
                "{number} {title}: “{date}” was typed, but no event recorded: record it, or clear it."
            )
            return Problem(text.format(number=item.number, title=item.title, date=typed))
        return None

    def _question_points(self) -> list[OpenPoint]:
        """Plausibility questions without an answer; not yet in words where the form was not compared."""
        questions = self._comparisons.questions(self.id)
        waiting = [one.finding for one in questions if one.waits]
        if waiting and self._questionnaires.form(self.id).compared_at is None:
            text = _(
                "{title} is complete: look at its comparison, where answers ask for a second look."
            )
            problem = Problem(text.format(title=self.title))
            return [OpenPoint(self.id, COMPARISON, problem)]
        changed = [
            one.finding
            for one in questions
            if not one.waits and self._comparisons.typed_reason(self.id, one.finding)
        ]
        open_text = _("{rule}: {found} Correct it, or say why it is kept.")
        changed_text = _(
            "{rule}: {found} Another reason was typed: press Enter to give it, or Esc."
        )
        return [
            OpenPoint(
                self.id,
                f"{COMPARISON}.{one.rule}.{one.slot}",
                Problem(text.format(rule=one.rule, found=one.message)),
            )
            for found, text in ((waiting, open_text), (changed, changed_text))
            for one in found
        ]
