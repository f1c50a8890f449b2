"""A complete form beside the one before: what it makes one ask, the answers to that, and corrections."""

from dataclasses import dataclass, replace

from core import clock
from core.convert import converter
from core.entering.visit.questionnaires import Questionnaires
from core.entering.visit.unsaved import Unsaved
from core.entering.visit.working_copy import WorkingCopy
from core.findings.plausibility import Finding, Level, findings, form_before, is_complete
from core.model.assessment import Answer, Assessment
from core.model.judgement import Decision, Reconciliation
from core.model.record import PatientRecord
from core.model.thresholds import ON


@dataclass(frozen=True, slots=True)
class Question:
    """A plausibility question about a form, and the reason for which the rater kept the answer."""

    finding: Finding
    kept: Reconciliation | None

    @property
    def waits(self) -> bool:
        """Whether the visit cannot be finished before it is answered."""
        return self.finding.level is Level.QUERY and self.kept is None


class Comparisons:
    """The comparisons of a visit's forms, by the ids of their questionnaires."""

    def __init__(self, copy: WorkingCopy, unsaved: Unsaved, questionnaires: Questionnaires) -> None:
        self._copy = copy
        self._unsaved = unsaved
        self._questionnaires = questionnaires
        self._asked: dict[str, tuple[PatientRecord, tuple[Question, ...]]] = {}

    def form_before(self, instrument: str) -> Assessment | None:
        """The form before, which this one is compared with once it is complete."""
        form = self._questionnaires.form(instrument)
        return form_before(self._copy.record, form, self._questionnaires.instrument(instrument))

    def questions(self, instrument: str) -> tuple[Question, ...]:
        """What a complete form makes one ask, each with its answer; nothing before the form is complete."""
        if not self._is_complete(instrument):
            return ()
        record, asked = self._asked.get(instrument, (None, ()))
        if record is not self._copy.record:  # whatever is saved makes another record
            record = self._copy.record
            form = self._questionnaires.form(instrument)
            found = findings(record, form, self._questionnaires.instrument(instrument))
            asked = tuple(Question(one, self._kept(instrument, one)) for one in found)
            self._asked[instrument] = (record, asked)
        return asked

    def possible(self, instrument: str) -> bool:
        """Whether the form is complete, and there is one to compare it with or something to ask."""
        if not self._is_complete(instrument):
            return False
        return bool(self.form_before(instrument) or self.questions(instrument))

    def shows_previous(self, instrument: str) -> bool:
        """Whether the answers before may be seen: after the comparison, or where the clinic wants them."""
        wanted = self._copy.record.thresholds["previous_shown"] == ON
        return wanted or self._questionnaires.form(instrument).compared_at is not None

    def show(self, instrument: str) -> None:
        """Note that the form before, or a question, is on screen: a change is a correction from now on.

        Where there is neither, nothing steers the rater, and answers may go on changing freely. What was
        entered before is not taken back by ``undo`` any more.
        """
        form = self._questionnaires.form(instrument)
        if form.compared_at is not None or not self.possible(instrument):
            return
        at = clock.now()
        record = self._copy.record.with_assessment(replace(form, compared_at=at))
        with self._copy.saving(record=record):
            self._copy.session.assessments.mark_compared(form.visit_id, instrument, at)

    def is_correction(self, instrument: str, slot: str, answer: Answer) -> bool:
        """Whether this changes an answer after the comparison: it then needs its reason."""
        form = self._questionnaires.form(instrument)
        before = form.answers.get(slot)
        return form.compared_at is not None and (before is None or before.given != answer.given)

    def correct(self, instrument: str, slot: str, answer: Answer) -> None:
        """Save an answer that is a correction; see `Draft.answer`."""
        reason = answer.corrected.strip()
        if not reason:
            raise ValueError("after the comparison an answer is changed with a reason")
        answer = replace(answer, corrected=reason)
        form = self._questionnaires.form(instrument).with_answer(slot, answer)
        record = self._copy.record.with_assessment(form)
        found = findings(record, form, self._questionnaires.instrument(instrument))
        still = {(one.rule, one.slot) for one in found}
        with self._copy.saving(reason):
            self._copy.session.assessments.save_answer(form.visit_id, instrument, slot, answer)
            self._copy.forget(correction_of(instrument, slot))
            for question in self.questions(instrument):
                finding = question.finding
                if (finding.rule, finding.slot) not in still:
                    self._decide(instrument, finding, Decision.CORRECTED, reason)
                    self._copy.forget(_reason_of(instrument, finding))

    def waiting_correction(self, instrument: str, slot: str) -> Answer | None:
        """A correction that was left before its reason was given, with what was typed of it."""
        text = self._unsaved.texts.get(correction_of(instrument, slot))
        return converter.loads(text, Answer) if text else None

    def leave_correction(self, instrument: str, slot: str, answer: Answer | None) -> None:
        """Keep a correction that waits for its reason; None forgets it."""
        text = "" if answer is None else converter.dumps(answer)
        self._unsaved.save(correction_of(instrument, slot), text)

    def keep(self, instrument: str, finding: Finding, reason: str) -> None:
        """Answer a plausibility question: the form stays as it is, and this is why."""
        if not reason.strip():
            raise ValueError("an answer is kept with a reason")
        with self._copy.saving(reason.strip()):
            self._decide(instrument, finding, Decision.KEPT, reason.strip())
            self._copy.forget(_reason_of(instrument, finding))

    def typed_reason(self, instrument: str, finding: Finding) -> str:
        """What was typed of a reason to keep an answer, and was not given yet."""
        return self._unsaved.texts.get(_reason_of(instrument, finding), "")

    def leave_reason(self, instrument: str, finding: Finding, text: str) -> None:
        """Keep what was typed of a reason, which answers nothing yet; an empty text forgets it."""
        self._unsaved.save(_reason_of(instrument, finding), text)

    def _is_complete(self, instrument: str) -> bool:
        form = self._questionnaires.form(instrument)
        return is_complete(form, self._questionnaires.instrument(instrument))

    def _decide(self, instrument: str, finding: Finding, decision: Decision, reason: str) -> None:
        self._copy.session.reconciliations.save(
            Reconciliation(
                visit_id=self._copy.visit_id,
                instrument=instrument,
                rule=finding.rule,
                subject=finding.slot,
                found=finding.found,
                decision=decision,
                reason=reason,
                by=self._copy.rater,
                at=clock.now(),
            )
        )

    def _kept(self, instrument: str, finding: Finding) -> Reconciliation | None:
        """The reason for which this very finding was kept: another one of the same rule asks again."""
        about = (self._copy.visit_id, instrument, finding.rule, finding.slot, finding.found)
        for one in self._copy.record.reconciliations:
            if (one.visit_id, one.instrument, one.rule, one.subject, one.found) == about:
                return one if one.decision is Decision.KEPT else None
        return None


def correction_of(instrument: str, slot: str) -> str:
    """Under which name a correction is kept that waits for its reason."""
    return f"correction.{instrument}.{slot}"


def _reason_of(instrument: str, finding: Finding) -> str:
    """Under which name the reason to keep an answer is kept until it is given."""
    return f"reason.{instrument}.{finding.rule}.{finding.slot}"
