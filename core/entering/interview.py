"""One questionnaire while it is asked: which question is in front, what a key means there, where it leads.

It knows no window. Whoever shows it draws ``asked``, passes keys on, and follows the ``Lead`` that comes back.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from enum import StrEnum, auto

from core.entering.visit.draft import Draft
from core.entering.visit.unsaved import event_date
from core.entry import Problem
from core.instruments.definition import Instrument, Item
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.assessment import Answer, Assessment, NotDone
from core.model.partial_date import PartialDate
from core.words import _


class Lead(StrEnum):
    """Where the keyboard goes after something was said."""

    NOWHERE = auto()  # nothing was said
    STAY = auto()  # it stays where it is
    QUESTION = auto()  # to the question in front, or to the reason that this one asks for
    EVENT = auto()  # to the date of the event that the answer needs
    NOTE = auto()
    COMPARISON = auto()  # to what is compared and asked once the form is complete
    BACK = auto()  # to the step before
    ON = auto()  # to the step after


class Front(StrEnum):
    """What is seen of the questionnaire."""

    QUESTION = auto()
    COMPARISON = auto()
    HOW = auto()  # how the form was answered


@dataclass(frozen=True, slots=True)
class Asked:
    """The question in front, in one of its variants; another one, though equal, each time it is shown anew."""

    slot: str
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What is typed at the question in front: its note, the date of its event, the reason of a correction.

    None where there is no field for it yet.
    """

    note: str | None = None
    date: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What has become of an answer that was already there; no ``before`` where it is as it was."""

    now: Answer
    before: Answer | None = None


class Interview:
    """``typed`` tells what is in the fields of the question in front: it is saved or kept when one leaves it.

    Every save is made inside ``saving``, which says when the file refuses one, and goes on; ``saved`` hears
    of those that were not refused. An answer that was refused is not passed over.
    """

    def __init__(
        self,
        draft: Draft,
        instrument: Instrument,
        typed: Callable[[], Typed] = Typed,
        saving: Callable[[], AbstractContextManager[object]] = nullcontext,
        saved: Callable[[], object] = lambda: None,
    ) -> None:
        self.draft = draft
        self.instrument = instrument
        self._typed = typed
        self._saving = saving
        self._saved = saved
        slot = instrument.slots[0]
        self.asked = Asked(slot, instrument.variants(slot)[0])
        self.front = Front.QUESTION
        self.correcting: Answer | None = (
            None  # after the comparison: an answer that needs its reason
        )
        self.told: Told | None = None  # by what was done last
        self._awaits_zero = False  # a 1, where 10 is an answer too
        self._then: Callable[[], Lead] | None = None  # where an answer leads that asked for more
        self._just_answered: str | None = None  # what N means until something else is done

    @property
    def slot(self) -> str:
        return self.asked.slot

    @property
    def item(self) -> Item:
        """The variant of the question that is asked."""
        return self.asked.item

    @property
    def form(self) -> Assessment:
        return self.draft.questionnaires.form(self.instrument.id)

    @property
    def answer(self) -> Answer | None:
        """What the file has of the question in front."""
        return self.form.answers.get(self.slot)

    @property
    def problem(self) -> Problem | None:
        """What the answer of the question in front still needs: its event, or a note."""
        answer = self.answer
        return (
            self.draft.questionnaires.variant_problem(self.instrument, answer)
            if answer is not None
            else None
        )

    @property
    def date_typed(self) -> str:
        """The date of this question's event that was typed, and is not recorded yet."""
        return self.draft.unsaved.texts.get(event_date(self.instrument.id, self.slot), "")

    @property
    def variants(self) -> Sequence[Item]:
        return self.instrument.variants(self.slot)

    @property
    def letters(self) -> frozenset[str]:
        """The keys of the variants of this question (A and B of 5a and 5b)."""
        letters = frozenset(one.number[-1].lower() for one in self.variants)
        return letters if len(letters) > 1 else frozenset()

    @property
    def before(self) -> Assessment | None:
        """The form of the visit before, where its answers may be seen."""
        shown = self.draft.comparisons.shows_previous(self.instrument.id)
        return self.draft.comparisons.form_before(self.instrument.id) if shown else None

    # Where one is, and where one goes.

    def begin(self) -> Lead:
        """Where one goes on: where something is unsaved, at the first open question, at the comparison."""
        typing = {name.partition(".")[0] for name in self.draft.unsaved.typing(self.instrument.id)}
        answers, slots = self.form.answers, self.instrument.slots
        unsaved = [slot for slot in slots if slot in typing]
        still_open = [
            slot
            for slot in slots
            if slot not in answers
            or event_date(self.instrument.id, slot) in self.draft.unsaved.texts
        ]
        found = unsaved or still_open
        if not found and self.has_comparison:
            return Lead.COMPARISON
        self._ask(found[0] if found else self.slot)
        return Lead.STAY

    def jump(self, slot: str) -> Lead:
        self._ask(slot)
        return Lead.QUESTION

    def step(self, by: int) -> Lead:
        """To the question before (-1) or after (1), whether or not it is answered."""
        self._just_answered = None
        slots = self.instrument.slots
        index = slots.index(self.slot) + by
        if self.front is not Front.QUESTION:
            return self.jump(self.slot) if by < 0 or self.front is Front.HOW else Lead.ON
        if by > 0 and self.correcting is not None:
            return Lead.QUESTION  # the reason comes first
        if index < 0:
            return Lead.BACK
        if index < len(slots):
            self._ask(slots[index])
            return Lead.STAY
        return Lead.COMPARISON if self.has_comparison else Lead.ON

    def switch(self, letter: str) -> Lead:
        """To the variant of that letter."""
        self.give_correction_up()
        item = next(one for one in self.variants if one.number.lower().endswith(letter))
        self._show(Asked(self.slot, item))
        return Lead.QUESTION

    def leave(self) -> None:
        """Save or keep what is typed at the question in front."""
        self.leave_correction()
        self.save_note()
        self.leave_date()

    @property
    def has_comparison(self) -> bool:
        return self.draft.comparisons.possible(self.instrument.id)

    def compare(self) -> bool:
        """Note that the comparison is seen; False where the file refuses that: it must not be seen then."""
        self.leave()
        with self._saving():
            self.draft.comparisons.show(self.instrument.id)
        return self.form.compared_at is not None

    # Answers.

    def digit(self, digit: int, *, held: bool = False) -> Lead | None:
        """A digit answers and leads on; None where it is no answer of this question.

        Where 10 is an answer, a 1 is saved and stays in front: 0 makes it 10. A key that is ``held`` down
        answers one question.
        """
        if held:
            return Lead.NOWHERE
        if self._awaits_zero and digit == 0:
            return self.give(10, completes=True)
        if digit not in self.item.scores:
            return None
        return self.give(digit, waits=digit == 1 and 10 in self.item.scores)

    def end_of_number(self) -> None:
        """No 0 follows a 1 any more: something else has the keyboard."""
        self._awaits_zero = False

    def give(
        self, score: int, *, slot: str = "", waits: bool = False, completes: bool = False
    ) -> Lead:
        """Save an answer and go on; one that ``waits`` stays in front for its second digit.

        The second digit ``completes`` it: the two are undone together. ``slot`` is the question that was
        pointed at, where that is not the one in front: it comes there first.
        """
        if slot and slot != self.slot:
            self._ask(slot)
            if self.slot != slot:
                return Lead.QUESTION  # what the file refused stays in front
        self.save_note()
        before = self.answer
        answer = Answer(item=self.item.id, value=score, note=before.note if before else "")
        if self.draft.comparisons.is_correction(self.instrument.id, self.slot, answer):
            self.correcting, self._awaits_zero = answer, waits
            return Lead.STAY if waits else Lead.QUESTION
        if before is not None:
            answer = replace(answer, corrected=before.corrected)
        saved = self._save(answer, completes=completes)
        self._awaits_zero = saved and waits
        if not saved or waits:
            return Lead.STAY
        if before is not None and not completes and before.given != answer.given:
            self.told = Told(now=answer, before=before)
        return self._asks_for_more(self.advance) or self.advance()

    def give_not_done(self, reason: NotDone) -> bool:
        """Whether the question is marked so in the file, and ``advance`` leads on."""
        self.save_note()
        note = self.answer.note if self.answer else ""
        answer = Answer(item=self.item.id, not_done=reason, note=note)
        if self.draft.comparisons.is_correction(self.instrument.id, self.slot, answer):
            self.correcting = answer
            return False
        return self._save(answer)

    def advance(self) -> Lead:
        """Where an answer leads: to the comparison that it made possible, else to the next open question.

        Never to one that is answered: the next digit would be meant for another and change that one.
        """
        answered = self.slot
        new = self.form.compared_at is None and self.has_comparison
        lead = Lead.COMPARISON if new else self._go_to_open()
        self._just_answered = answered
        return lead

    def undo(self) -> Lead:
        """The last answer is as it was before; after the comparison none is: it is corrected with a reason."""
        self.save_note()  # what is typed here is left now: after the undo it would be saved over what that gives back
        self.leave_date()
        slot: str | None = None
        with self._saving():
            slot = self.draft.questionnaires.undo(self.instrument.id)
            if slot is not None:
                self._saved()
        if slot is None:
            return Lead.NOWHERE
        self._ask(slot, left=True)
        answer = self.answer
        if answer is None:
            return Lead.STAY
        # As it was before: the next digit is meant for an open question, not for this one.
        lead = self._go_to_open()
        self.told = Told(now=answer)
        return lead

    def mark_form_not_done(self, reason: NotDone | None) -> None:
        with self._saving():
            self.draft.questionnaires.save_not_done(self.instrument.id, reason)
            self._saved()
        self._ask(self.slot)

    # The note of an answer, and the event that some need.

    def begin_note(self) -> Lead:
        """To the note; straight after an answer to that of this answer, which comes back into sight for it.

        STAY where there is no answer to which a note could belong.
        """
        if self.answer is None and self._just_answered is not None:
            self._ask(self._just_answered)
        return Lead.STAY if self.answer is None else Lead.NOTE

    def save_note(self) -> bool:
        """Save the note where it differs from the file's; whether there was anything to save."""
        answer, note = self.answer, self._typed().note
        if answer is None or note is None or answer.note == note.strip():
            return False
        self._save(replace(answer, note=note.strip()))
        return True

    def end_note(self, *, enter: bool) -> Lead:
        """After a note: to the next open question; where an answer asked for it, on with Enter alone."""
        self.save_note()
        if self._then is None:
            return self._go_to_open()
        return self.settle() if enter else Lead.QUESTION

    def leave_date(self) -> None:
        """Keep what was typed of the event's date, which is recorded by Enter or the button only."""
        date = self._typed().date
        if date is not None and date.strip() != self.date_typed:
            with self._saving():
                self.draft.unsaved.save(event_date(self.instrument.id, self.slot), date.strip())
                self._saved()

    def event_problem(self, when: PartialDate | None) -> Problem | None:
        """Why an event on that day is not recorded."""
        if when is None:
            missing = Problem(_("Enter the date, as precisely as it is known."))
            return missing if self.problem is not None else None
        if when.first > self.draft.visit.date:
            return Problem(_("The event is after this visit."))
        return None

    def record_event(self, when: PartialDate) -> bool:
        """Whether the event that a variant of this question needs is in the file now; ``settle`` leads on."""
        kind = MilestoneKind(next(one.requires for one in self.variants if one.requires))
        patient_id = self.draft.record.patient.id
        with self._saving():
            self.draft.save_milestone(Milestone(patient_id=patient_id, kind=kind, happened_on=when))
            if self.date_typed:
                self.draft.unsaved.save(event_date(self.instrument.id, self.slot), "")
            self._saved()
            return True
        return False

    def settle(self) -> Lead:
        """Go on where an answer was stopped to ask for more, unless something is still asked."""
        then = self._then
        lead = self._asks_for_more(then)
        if lead is None and then is not None:
            lead = then()
        return Lead.QUESTION if lead in {None, Lead.STAY} else lead

    # After the comparison an answer changes with a reason.

    def correct(self, answer: Answer) -> Lead:
        """An answer with the reason of its correction."""
        if not self._save(answer):
            return Lead.STAY
        self.correcting = None

        def compared() -> Lead:
            return Lead.COMPARISON if self.has_comparison else Lead.STAY

        return self._asks_for_more(compared) or compared()

    def give_correction_up(self) -> None:
        if self.correcting is not None:
            self.correcting = None
            with self._saving():
                self.draft.comparisons.leave_correction(self.instrument.id, self.slot, None)
                self._saved()

    def leave_correction(self) -> None:
        """The correction waits for its reason: only Enter gives it, whatever was typed of it."""
        if self.keep_correction():
            self.correcting = None
            self._saved()

    def keep_correction(self) -> bool:
        """Keep a correction as it is typed; False where there is none, or the file refuses it."""
        if self.correcting is None:
            return False
        answer = replace(self.correcting, corrected=self._typed().reason.strip())
        with self._saving():
            self.draft.comparisons.leave_correction(self.instrument.id, self.slot, answer)
            return True
        return False

    def _ask(self, slot: str, *, left: bool = False) -> None:
        """Bring a question to the front; what is typed at the one before is saved or kept, unless it was ``left``."""
        if not left:
            self.leave()
        self._just_answered = None
        if self.correcting is not None:
            return  # the file refused it: it is not lost from sight
        unfinished = self.draft.comparisons.waiting_correction(self.instrument.id, slot)
        answer = unfinished or self.form.answers.get(slot)
        item = (
            self.instrument.item(answer.item)
            if answer is not None
            else self.draft.questionnaires.default_variant(self.instrument, slot)
        )
        self.correcting = unfinished
        self._show(Asked(slot, item))

    def _show(self, asked: Asked) -> None:
        self.asked, self.front = asked, Front.QUESTION
        self._awaits_zero, self._then = False, None

    def _go_to_open(self) -> Lead:
        """The next question without an answer, from the top where none follows; else where a whole form leads."""
        answers, slots = self.form.answers, self.instrument.slots
        at = slots.index(self.slot) + 1
        found = next((slot for slot in (*slots[at:], *slots[:at]) if slot not in answers), None)
        if found is not None:
            return self.jump(found)
        if self.has_comparison:
            return Lead.COMPARISON
        self._just_answered = None
        return Lead.QUESTION if self.correcting is not None else Lead.ON

    def _asks_for_more(self, then: Callable[[], Lead] | None) -> Lead | None:
        """Where the variant that was answered needs its event or a note: to it. ``then`` leads on after that."""
        if self.problem is None:
            return None
        self._then = then
        return Lead.EVENT if self.item.requires else Lead.NOTE

    def _save(self, answer: Answer, *, completes: bool = False) -> bool:
        """Whether the answer is in the file now; one that was refused must not be passed over."""
        with self._saving():
            self.draft.answer(self.instrument.id, self.slot, answer, completes=completes)
            self._saved()
        return self.answer == answer
