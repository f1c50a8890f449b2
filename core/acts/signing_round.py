"""Going through the visits that wait for a signature, one after the other; several of a patient with one password."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.acts.signing import Shown
from core.model.ids import PatientId, VisitId
from core.model.signature import Meaning


@dataclass(frozen=True, slots=True)
class Waiting:
    """A finished visit without a valid signature."""

    patient_id: PatientId
    visit_id: VisitId


class SigningRound:
    """What is still to be looked at, in this order, and what was looked at and marked to be signed together.

    Only visits of one patient are signed together, and only those that the round goes through. ``meaning`` is that of the last signature, to be proposed.
    """

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []
        self._all = 0
        self.marked: tuple[Shown, ...] = ()
        self.meaning: Meaning | None = None

    def begin(self, waiting: Sequence[Waiting]) -> Waiting | None:
        """Go through these; the first one, None where nothing waits."""
        self._waiting, self._all, self.marked = list(waiting), len(waiting), ()
        return next(iter(self._waiting), None)

    def end(self) -> None:
        self.begin(())

    def holds(self, visit_id: VisitId) -> bool:
        return any(one.visit_id == visit_id for one in self._waiting)

    def place(self, visit_id: VisitId) -> tuple[int, int]:
        """Which one of how many a visit is that waits, counted from 1."""
        gone = self._all - len(self._waiting)
        at = next(n for n, one in enumerate(self._waiting, 1) if one.visit_id == visit_id)
        return gone + at, self._all

    def after(self, shown: Shown) -> Waiting | None:
        """The next one that waits and is not signed with this one; after the last the first. None where there is none."""
        gone = {one.visit_id for one in self.together(shown)}
        ids = [one.visit_id for one in self._waiting]
        at = ids.index(shown.visit_id) if shown.visit_id in ids else 0
        following = (*self._waiting[at:], *self._waiting[:at])
        return next((one for one in following if one.visit_id not in gone), None)

    def next_of_patient(self, shown: Shown) -> Waiting | None:
        """The next visit of the same patient that was not marked yet."""
        marked = {one.visit_id for one in self.marked} | {shown.visit_id}
        mine = (one for one in self._waiting if one.patient_id == shown.patient_id)
        return next((one for one in mine if one.visit_id not in marked), None)

    def mark(self, shown: Shown) -> None:
        """It was looked at, and is to be signed with the next ones of the same patient."""
        mine = [one for one in self.marked if one.patient_id == shown.patient_id]
        self.marked = (*(one for one in mine if one.visit_id != shown.visit_id), shown)

    def together(self, shown: Shown) -> tuple[Shown, ...]:
        """What is signed with the visit in front: what was marked of the same patient, and it.

        A visit that the round does not go through is signed alone: what was marked is for the round.
        """
        if not self.holds(shown.visit_id):
            return (shown,)
        mine = (one for one in self.marked if one.patient_id == shown.patient_id)
        return (*(one for one in mine if one.visit_id != shown.visit_id), shown)

    def signed(self, shown: Sequence[Shown], meaning: Meaning) -> None:
        gone = {one.visit_id for one in shown}
        self._waiting = [one for one in self._waiting if one.visit_id not in gone]
        self.marked = tuple(one for one in self.marked if one.visit_id not in gone)
        self.meaning = meaning
