"""The one copy of a patient's record while a visit of theirs is entered."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from core.model.ids import PatientId, VisitId
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.session import Session

PLACE = "visit"  # of the texts typed at a visit that are no values yet


class WorkingCopy:
    """What the file has: the record, and the texts of the person at the keyboard that are no values yet.

    One rule for it: it changes where something was saved (``saving``), and where the file is read again
    (``read``). The parts of a visit hold this object, never a record of their own.
    """

    def __init__(self, session: Session, patient_id: PatientId, visit_id: VisitId) -> None:
        self.session = session
        self.visit_id = visit_id
        self.rater = session.user.login
        self._record = session.record(patient_id)
        self._texts: Mapping[str, str] = session.typed.of(PLACE, visit_id)

    @property
    def record(self) -> PatientRecord:
        return self._record

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts by field."""
        return self._texts

    @property
    def visit(self) -> Visit:
        return self._record.visit(self.visit_id)

    def read(self) -> None:
        """Take what the file has now."""
        self._record = self.session.record(self._record.patient.id)
        self._texts = self.session.typed.of(PLACE, self.visit_id)

    @contextmanager
    def saving(
        self,
        reason: str = "",
        *,
        record: PatientRecord | None = None,
        texts: Mapping[str, str] | None = None,
    ) -> Iterator[None]:
        """Round every entry: one write, and then the copy is what the file has.

        Who knows what the record, or the texts, become by it says so, and the other stays as it is: a
        keystroke has no time to read a record. Otherwise both are read again. Nothing changes where the
        file refuses the write. A finished visit takes no entry: it is reopened with a reason first.
        """
        if not self.visit.is_draft:
            raise ValueError("a finished visit is reopened before it is changed")
        with self.session.write(reason):
            yield
        if record is None and texts is None:
            self.read()
            return
        self._record = self._record if record is None else record
        self._texts = self._texts if texts is None else texts

    def forget(self, *fields: str) -> None:
        """Inside ``saving``: what was typed into these fields is a value now, or was taken away."""
        self.session.typed.remove(PLACE, self.visit_id, *fields)
