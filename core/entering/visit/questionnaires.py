"""The questionnaires of a visit while they are answered."""

from collections.abc import Sequence
from dataclasses import replace

from core.entering.visit.working_copy import WorkingCopy
from core.entry import Problem
from core.instruments import catalog
from core.instruments.definition import Instrument, Item
from core.labels import MILESTONES
from core.model.adverse_event import MilestoneKind
from core.model.assessment import Answer, Assessment, NotDone
from core.model.visit import Mode, Respondent
from core.words import _


class Questionnaires:
    """The forms of a visit by the ids of their questionnaires. What is saved is in the file on return."""

    def __init__(self, copy: WorkingCopy, asked: Sequence[str]) -> None:
        self._copy = copy
        self._asked = [name for name in asked if name in catalog.shipped()]
        self._undo: list[tuple[str, str, Answer | None]] = []

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Those that this visit asks, each in the version its form was begun with."""
        return tuple(self.instrument(name) for name in self._asked)

    def instrument(self, id: str) -> Instrument:
        return catalog.named(id, self.form(id).version)

    def form(self, instrument: str) -> Assessment:
        """The form of this visit; an empty one, not yet saved, where none was begun."""
        visit = self._copy.visit
        return self._copy.record.assessment(visit.id, instrument) or Assessment(
            visit_id=visit.id,
            date=visit.date,
            instrument=instrument,
            version=catalog.shipped()[instrument].version,
            rater=self._copy.rater,
            mode=visit.mode,
            respondent=visit.respondent,
        )

    def untouched(self, instrument: str) -> bool:
        """Whether the form has no answer, and nothing was said of it apart from the visit."""
        form, visit = self.form(instrument), self._copy.visit
        as_the_visit = (visit.mode, visit.respondent, None)
        told_how = (form.mode, form.respondent, form.interpreter) != as_the_visit
        return not (form.answers or form.not_done or told_how)

    def left_out(self, instrument: str) -> bool:
        """Whether this form is one that a visit may do without, and nothing was entered."""
        form = self.form(instrument)
        optional = self.instrument(instrument).optional
        return optional and form.not_done is None and not form.answers

    def default_variant(self, instrument: Instrument, slot: str) -> Item:
        """The variant of a question that the recorded milestones call for (5b after a gastrostomy)."""
        variants = instrument.variants(slot)
        fitting = [v for v in variants if v.requires and self._had(v.requires)]
        return (fitting or [v for v in variants if not v.requires] or [variants[0]])[0]

    def variant_problem(self, instrument: Instrument, answer: Answer) -> Problem | None:
        """Whether the variant that was answered fits the recorded milestones (items 5a and 5b)."""
        item = instrument.item(answer.item)
        if item.requires:
            if self._had(item.requires):
                return None
            event = MILESTONES[MilestoneKind(item.requires)]
            return Problem(
                _(
                    "{number} needs a recorded event: {event}. Record it below, or use the other scale."
                ).format(number=item.number, event=event)
            )
        others = [
            v for v in instrument.variants(item.place) if v.requires and self._had(v.requires)
        ]
        if others and not answer.note.strip():
            event = MILESTONES[MilestoneKind(others[0].requires)]
            return Problem(
                _(
                    "{event} is recorded: say why {number} was used, for example “mainly oral feeding”."
                ).format(event=event, number=item.number)
            )
        return None

    def answer(
        self, instrument: str, slot: str, answer: Answer, *, completes: bool = False
    ) -> None:
        """Save an answer that is no correction; see `Draft.answer`."""
        form = self.form(instrument)
        before = form.answers.get(slot)
        if form.compared_at is not None and before is not None:
            self._put(instrument, slot, replace(answer, corrected=before.corrected))
        else:
            if not completes:
                self._undo.append((instrument, slot, before))
            self._put(instrument, slot, answer)

    def undo(self, instrument: str) -> str | None:
        """Take the last answer of this form back, as it was before; says which question it was.

        Never one of another form: nobody would see it go. Nor one from before the comparison was on
        screen: that would be a change without a reason.
        """
        mine = [index for index, one in enumerate(self._undo) if one[0] == instrument]
        if not mine or self.form(instrument).compared_at is not None:
            return None
        _instrument, slot, before = self._undo.pop(mine[-1])
        self._put(instrument, slot, before)
        return slot

    def save_how(
        self,
        instrument: str,
        *,
        mode: Mode | None,
        respondent: Respondent | None,
        interpreter: bool | None,
    ) -> None:
        """How this form was answered; what is as the visit says goes on following the visit."""
        visit = self._copy.visit
        with self._copy.saving():
            self._open(instrument)
            self._copy.session.assessments.save_how(
                visit.id,
                instrument,
                mode=None if mode is visit.mode else mode,
                respondent=None if respondent is visit.respondent else respondent,
                interpreter=interpreter,
            )

    def save_not_done(self, instrument: str, reason: NotDone | None) -> None:
        """Why the whole form was not done; None where it is."""
        form = replace(self.form(instrument), not_done=reason)
        with self._copy.saving(record=self._copy.record.with_assessment(form)):
            self._open(instrument)
            self._copy.session.assessments.mark_not_done(form.visit_id, instrument, reason)

    def _put(self, instrument: str, slot: str, answer: Answer | None) -> None:
        form = self.form(instrument).with_answer(slot, answer)
        assessments = self._copy.session.assessments
        with self._copy.saving(record=self._copy.record.with_assessment(form)):
            self._open(instrument)
            if answer is None:
                assessments.remove_answer(form.visit_id, instrument, slot)
            else:
                assessments.save_answer(form.visit_id, instrument, slot, answer)

    def _open(self, instrument: str) -> None:
        form = self.form(instrument)
        if self._copy.record.assessment(form.visit_id, instrument) is None:
            self._copy.session.assessments.open(
                form.visit_id, instrument, form.version, self._copy.rater
            )

    def _had(self, milestone: str) -> bool:
        return self._copy.record.had(MilestoneKind(milestone), self._copy.visit.date)
