"""Spirometry at a visit: its sessions while they are entered, and what is still open in them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from core.entering.visit.steps import OpenPoint, Step, VisitStep
from core.entering.visit.unsaved import Unsaved, typed_in
from core.entering.visit.working_copy import WorkingCopy
from core.entry import Problem, Severity
from core.model.ids import SpirometryId, new_id
from core.model.nouns import SPIROMETRY
from core.model.spirometry import Position, Spirometry, TestType
from core.science.spirometry import evaluate, with_inputs
from core.views.spirometry import spirometry_title
from core.words import _


class SpirometrySessions:
    """The sessions of a visit, one of which is being entered. What is saved is in the file on return."""

    def __init__(self, copy: WorkingCopy, unsaved: Unsaved) -> None:
        self._copy = copy
        self._unsaved = unsaved
        self._equation = copy.session.clinic.equation
        self._entered = SpirometryId(new_id())
        self._entered = self.all[0].id

    @property
    def saved(self) -> tuple[Spirometry, ...]:
        """Those that are in the file."""
        return tuple(s for s in self._copy.record.spirometry if s.visit_id == self._copy.visit_id)

    @property
    def all(self) -> tuple[Spirometry, ...]:
        """The sessions of this visit, FVC and seated first; an empty one, not yet saved, where there is none."""
        return tuple(sorted(self.saved, key=_test)) or (self._first(),)

    @property
    def entered(self) -> Spirometry:
        """The session that is being entered: the first one, until another is turned to."""
        return next((s for s in self.all if s.id == self._entered), self.all[0])

    @property
    def free_tests(self) -> tuple[tuple[TestType, Position], ...]:
        """The tests and positions that no session of this visit has yet."""
        taken = {_test(session) for session in self.all}
        every = ((test_type, position) for test_type in TestType for position in Position)
        return tuple(test for test in every if test not in taken)

    def turn_to(self, id: SpirometryId) -> None:
        """Go on with another session of this visit."""
        self._entered = id

    def add(self) -> None:
        """Begin another session, with the first test that this visit does not have, and turn to it."""
        session = self.entered
        test_type, position = self.free_tests[0]
        self.save(session)  # also where nothing was entered in it yet
        added = replace(
            session,
            id=SpirometryId(new_id()),
            test_type=test_type,
            position=position,
            device_percent=None,
            not_done=None,
            blows=(),
        )
        self.save(added)
        self.turn_to(added.id)

    def remove(self, reason: str = "") -> None:
        """Take the session that is being entered out of the visit; what was typed in it needs a reason."""
        session = self.entered
        if self.has_entries(session) and not reason.strip():
            raise ValueError("a session in which something was typed is removed with a reason")
        with self._copy.saving(reason):
            self._copy.session.spirometry.remove(session.id)
            self._copy.forget(*self._unsaved.fields(typed_in(session, "")))
        self.turn_to(self.all[0].id)

    def has_entries(self, session: Spirometry) -> bool:
        """Whether a session has blows, a device's percentage or a reason, or text that is not a value yet."""
        entered = session.blows or session.not_done or session.device_percent is not None
        return bool(entered or self._unsaved.fields(typed_in(session, "")))

    def twice(self, session: Spirometry) -> Problem | None:
        """Why a session cannot have its test and position: another one of this visit has them."""
        others = (s for s in self.all if s.id != session.id)
        if all(_test(other) != _test(session) for other in others):
            return None
        text = _(
            "{test} was entered at this visit already: go on there, or choose another one here."
        )
        return Problem(text.format(test=spirometry_title(session)))

    def save(self, session: Spirometry) -> None:
        """Save a session. Raises ValueError where another one of this visit has its test and position."""
        if (twice := self.twice(session)) is not None:
            raise ValueError(twice.message)
        session = self._current_inputs(session)
        with self._copy.saving(record=self._copy.record.with_spirometry(session)):
            self._copy.session.spirometry.save(session)

    def _first(self) -> Spirometry:
        empty = Spirometry(
            id=self._entered,
            visit_id=self._copy.visit_id,
            date=self._copy.visit.date,
            height_cm=self._copy.record.patient.height_cm,
            equation=self._equation,
            device=self._last_device(),
        )
        return self._current_inputs(empty)

    def _current_inputs(self, session: Spirometry) -> Spirometry:
        """Until the visit is finished, its % predicted follows the patient's data and the clinic's equation."""
        return with_inputs(session, self._copy.record.patient, self._equation)

    def _last_device(self) -> str:
        devices = [s.device for s in self._copy.record.spirometry if s.device]
        return devices[-1] if devices else ""


class SpirometryStep(VisitStep):
    """All sessions of the visit."""

    id = SPIROMETRY

    def __init__(
        self, sessions: SpirometrySessions, unsaved: Unsaved, assessments: Sequence[str]
    ) -> None:
        self._sessions = sessions
        self._unsaved = unsaved
        self._assessments = assessments

    @property
    def title(self) -> str:
        return _("Spirometry")

    @property
    def asked(self) -> bool:
        return SPIROMETRY in self._assessments

    @property
    def untouched(self) -> bool:
        return not self._sessions.saved

    def state(self, points: Sequence[OpenPoint]) -> Step:
        sessions = self._sessions.all
        begun = any(session.blows or session.not_done for session in sessions)
        return self._state(points, begun=begun, hint=_hint(sessions))

    def open_points(self) -> list[OpenPoint]:
        sessions, points = self._sessions.all, []
        for session in sessions:
            title = self.title if len(sessions) == 1 else spirometry_title(session)
            if session.not_done is not None:
                points += self._not_done_points(session, title)
            else:
                points += self._text_points(session, title) + _blow_points(session, title)
        return points

    def unsaved_points(self) -> list[OpenPoint]:
        return self._unsaved.points(SPIROMETRY, f"{SPIROMETRY}.")

    def _not_done_points(self, session: Spirometry, title: str) -> list[OpenPoint]:
        """Blows beside the reason why there are none; else what was typed of the rest of the session."""
        own = partial(typed_in, session)
        blows = [own(f"blow.{blow.number}") for blow in session.blows]
        for name in ("blow.", "fev1.", "remark.", "quality."):
            blows += self._unsaved.fields(own(name))
        if not blows:
            return self._input_points(session)
        text = _(
            "{title}: blows are entered, but the session is marked not done: clear one of them."
        )
        return [OpenPoint(SPIROMETRY, blows[0], Problem(text.format(title=title)))]

    def _text_points(self, session: Spirometry, title: str) -> list[OpenPoint]:
        own = partial(typed_in, session)
        fev1 = _("{title}: an FEV1 does not fit its blow. Fix it or clear it.")
        remark = _(
            "{title}: there is a remark beside a blow without a volume. Complete it or clear it."
        )
        return [
            *self._unsaved.points(SPIROMETRY, own("blow.")),
            *self._unsaved.points(SPIROMETRY, own("fev1."), fev1.format(title=title)),
            *self._input_points(session),
            *self._unsaved.points(SPIROMETRY, own("remark."), remark.format(title=title)),
            *self._quality_points(session, title),
        ]

    def _input_points(self, session: Spirometry) -> list[OpenPoint]:
        return [
            *self._unsaved.points(SPIROMETRY, typed_in(session, "height")),
            *self._unsaved.points(SPIROMETRY, typed_in(session, "device_percent")),
        ]

    def _quality_points(self, session: Spirometry, title: str) -> list[OpenPoint]:
        """A quality beside nothing else; of a row in which more was typed, that is said."""
        own, fields = partial(typed_in, session), self._unsaved.fields
        names = ("blow.", "fev1.", "remark.")
        typed = {f.rpartition(".")[2] for name in names for f in fields(own(name))}
        alone = [f for f in fields(own("quality.")) if f.rpartition(".")[2] not in typed]
        text = _(
            "{title}: there is a quality beside a blow without a volume. Complete it, or choose"
            " acceptable again."
        )
        problem = Problem(text.format(title=title))
        return [OpenPoint(SPIROMETRY, alone[0], problem)] if alone else []


def _blow_points(session: Spirometry, title: str) -> list[OpenPoint]:
    """What the blows of a session lack, and why it has no value."""
    own = partial(typed_in, session)
    if not session.blows:
        text = _("{title}: enter at least one blow, or say why it was not done.")
        return [OpenPoint(SPIROMETRY, own("blow.1"), Problem(text.format(title=title)))]
    result, points = evaluate(session), []
    if result.best_ml is None:
        text = _("{title}: no blow is acceptable or usable, so there is no value.")
        problem = Problem(text.format(title=title), Severity.QUESTION)
        points.append(OpenPoint(SPIROMETRY, own("blow.1"), problem, rule="no-volume"))
    if result.why_not:
        problem = Problem(result.why_not, Severity.QUESTION)
        points.append(OpenPoint(SPIROMETRY, own("height"), problem, rule="no-prediction"))
    return points


def _hint(sessions: Sequence[Spirometry]) -> str:
    if len(sessions) > 1:
        return _("{n} tests").format(n=len(sessions))
    (session,) = sessions
    if session.not_done is not None:
        return _("not done")
    if not session.blows:
        return ""
    percent = evaluate(session).percent
    return "" if percent is None else f"{percent:.0f} %"


def _test(session: Spirometry) -> tuple[TestType, Position]:
    """What a session measured, in the order in which sessions are shown."""
    return session.test_type, session.position
