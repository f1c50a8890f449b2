"""A visit by telephone or video: what it cannot do without the patient in the room, said in one answer.

What that is, the definitions say (``in_person`` of a form or of a measurement). Spirometry always is: it is a form
of the program's own.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.entering.visit.measurements import Measurements
from core.entering.visit.spirometry import SpirometrySessions
from core.entering.visit.unsaved import Unsaved, typed_of
from core.entering.visit.visit_forms import VisitForms
from core.entering.visit.working_copy import WorkingCopy
from core.forms.definition import Form
from core.model.assessment import NotDone
from core.model.form_record import FormRecord
from core.model.measurement import Measurement, MeasurementKind, asked_kinds
from core.model.nouns import MEASUREMENTS, SPIROMETRY
from core.model.visit import Mode
from core.words import N_, _

REMOTE = frozenset({Mode.PHONE, Mode.VIDEO})


class RemoteVisit:
    """What of a visit is still to be said not to be done, because it is by telephone or video.

    Nothing is said by itself; what has a value, a reason or a text that is not saved yet is left as it is.
    """

    def __init__(
        self,
        copy: WorkingCopy,
        unsaved: Unsaved,
        forms: VisitForms,
        spirometry: SpirometrySessions,
        measurements: Measurements,
        assessments: Sequence[str],
    ) -> None:
        self._copy, self._unsaved = copy, unsaved
        self._forms, self._spirometry, self._measurements = forms, spirometry, measurements
        self._assessments = assessments

    @property
    def waiting(self) -> tuple[str, ...]:
        """The titles of what cannot be done, and has no answer yet, in the order of the steps; none in person."""
        if self._copy.visit.mode not in REMOTE:
            return ()
        return (
            *([_("Spirometry")] if self._has_no_blows else []),
            *([_("Measurements")] if self._kinds else []),
            *(form.plural for form in self._empty_forms),
        )

    @property
    def left(self) -> bool:
        """Whether it was said so of a visit that is called one in person now."""
        return self._copy.visit.mode is Mode.IN_PERSON and self._is_said

    def mark(self) -> None:
        """Say of all that waits that it was not done, by telephone or video. It is in the file on return."""
        copy, sessions = self._copy, self._spirometry
        blown = sessions.all if self._has_no_blows else ()
        kinds, forms = self._kinds, self._empty_forms
        with copy.saving(N_("not done by telephone or video")):
            for session in blown:
                copy.session.spirometry.save(replace(session, not_done=NotDone.REMOTE))
            for kind in kinds:
                copy.session.measurements.save(
                    Measurement(visit_id=copy.visit_id, kind=kind.id, not_done=NotDone.REMOTE)
                )
            for form in forms:
                copy.session.forms.save(self._forms.not_done(form, NotDone.REMOTE))

    def take_back(self) -> None:
        """Nothing of this visit was left undone because it was by telephone or video."""
        copy, forms = self._copy, self._of_forms
        with copy.saving(N_("not by telephone or video")):
            for session in self._spirometry.saved:
                if session.not_done is NotDone.REMOTE:
                    copy.session.spirometry.save(replace(session, not_done=None))
            for one in self._measurements.all:
                if one.not_done is NotDone.REMOTE:
                    copy.session.measurements.remove(copy.visit_id, one.kind)
            for made in forms:
                if made.not_done is NotDone.REMOTE:
                    copy.session.forms.remove(made.id)

    @property
    def _is_said(self) -> bool:
        reasons = [
            *(one.not_done for one in self._spirometry.saved),
            *(one.not_done for one in self._measurements.all),
            *(one.not_done for one in self._of_forms),
        ]
        return NotDone.REMOTE in reasons

    @property
    def _of_forms(self) -> list[FormRecord]:
        here = self._copy.visit_id
        return [one for one in self._copy.record.forms if one.visit_id == here]

    @property
    def _has_no_blows(self) -> bool:
        sessions = self._spirometry
        asked = SPIROMETRY in self._assessments
        return asked and not any(sessions.has_entries(one) for one in sessions.all)

    @property
    def _kinds(self) -> tuple[MeasurementKind, ...]:
        """The kinds of measurements that have no value and no reason."""
        if MEASUREMENTS not in self._assessments:
            return ()
        typed = self._unsaved.fields("measurement.")
        return tuple(
            kind
            for kind in asked_kinds().values()
            if kind.in_person
            and self._measurements.of(kind.id) is None
            and not any(name.endswith(f".{kind.id}") for name in typed)
        )

    @property
    def _empty_forms(self) -> tuple[Form, ...]:
        return tuple(
            form
            for form in self._forms.asked
            if form.in_person
            and not self._forms.records(form)
            and not self._unsaved.fields(typed_of(form.id, ""))
        )
