"""What every tab of a chart has in common."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from core.acts import signing
from core.findings import alerts
from core.findings.alerts import Action
from core.model.ids import PatientId
from core.model.record import PatientRecord
from core.model.signature import Lock, SignatureState
from core.protocols import catalog as protocols
from core.protocols.definition import Protocol
from core.protocols.schedule import PlannedVisit, next_visit
from core.session import Session
from ui.context import AppContext
from ui.models.table import TableModel
from ui.pages.page import Unsaved
from ui.widgets.basics import column, scrolled
from ui.widgets.locks import explained
from ui.widgets.table import Table


class ChartRecord:
    """The record that a chart shows; what several of its parts ask of it is computed once."""

    def __init__(self, session: Session, patient_id: PatientId, today: date) -> None:
        self.session = session
        self.today = today
        self.record: PatientRecord = session.record(patient_id)

    @cached_property
    def protocol(self) -> Protocol:
        return protocols.of(self.record.patient)

    @cached_property
    def coming(self) -> PlannedVisit | None:
        """The visit that comes next; None after the last, and where participation has ended."""
        return next_visit(self.record, self.protocol, self.today)

    @cached_property
    def signatures(self) -> tuple[SignatureState, ...]:
        return signing.states(self.session, self.record)

    @cached_property
    def locks(self) -> tuple[Lock, ...]:
        """What locks the whole record, the widest first."""
        return self.record.locks_on()

    @property
    def open_actions(self) -> tuple[Action, ...]:
        return self._actions[0]

    @property
    def decided_actions(self) -> tuple[Action, ...]:
        return self._actions[1]

    @cached_property
    def _actions(self) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
        return alerts.open_and_decided(self.record, self.today)


class Tab(QWidget):
    """One part of a chart: made when it is first shown, and drawn only while it is in front.

    Its ``tools`` are at the end of the line of tabs while it is in front, or below that line where it is full.
    """

    topic: str  # what the help says about it: an anchor of the guide
    edited = Signal()  # something was typed that is not saved: it is kept soon
    given_up = Signal()  # what was typed and not saved is discarded: this is kept at once
    leads_to = Signal(str, str)  # another tab, by its id, and what on it gets the keyboard
    part_made = Signal(object)  # a Tab that is shown within this one

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.patient_id: PatientId | None = None
        self.now: ChartRecord | None = None  # None until the patient's record was read
        self.tools: QWidget | None = None
        self._stale = False

    def open(self, patient_id: PatientId) -> None:
        """Another patient: what was typed for the one before is kept by now, and never shown under this one."""
        self.patient_id, self.now = patient_id, None

    def show_chart(self, now: ChartRecord) -> None:
        """What the chart shows has changed; it is drawn when the tab is in front."""
        self.now, self._stale = now, True

    def draw_if_stale(self) -> None:
        if self._stale and self.now is not None:
            self._stale = False
            self.draw(self.now)

    def draw(self, now: ChartRecord) -> None:
        raise NotImplementedError

    def unsaved(self, patient_id: PatientId) -> tuple[Unsaved, ...]:  # noqa: ARG002
        """What was typed for the patient and is not saved; an empty text takes back what was kept before."""
        return ()

    def go_on(self) -> None:
        """Ctrl+Enter: save what is typed on this tab."""

    def save(self) -> bool:
        """Ctrl+S; False where there is nothing to save."""
        return False

    def take_key(self, key: str) -> bool:  # noqa: ARG002
        """A letter that nobody typed into a field, as it is on its button; False where it does nothing here."""
        return False

    def focus_first(self) -> None:
        """Give the keyboard to where one goes on from."""
        self.setFocus()

    def take_arrows(self) -> None:
        """Give the keyboard to what the arrows move, after a digit chose the tab; to no field, which would take the next digit."""

    def focus_on(self, what: str) -> None:
        """Give the keyboard to what another tab leads to."""

    def held(self, id: str) -> "Tab":  # noqa: ARG002
        """What it holds under this id."""
        return self

    def show_held(self, id: str) -> None:
        """Bring what it holds under this id to the front."""

    @property
    def held_in_front(self) -> str:
        """The id of what it holds and shows; empty where it holds nothing."""
        return ""

    def set_tight(self, *, tight: bool) -> None:
        """Leave out what is not needed, where even one column has little room."""

    @property
    def record(self) -> PatientRecord | None:
        return self.now.record if self.now is not None else None

    def is_locked(self) -> bool:
        """Whether the patient's record is locked; it is said then."""
        return self.now is not None and explained(self.context, self.now.locks)


@dataclass(frozen=True, slots=True, kw_only=True)
class TabKind:
    """A tab before it is made: its id, the words on it, whether this patient has it, and what makes it.

    ``holds`` are ids of what is shown on it and had a tab of its own: they lead to it.
    """

    id: str
    title: Callable[[ChartRecord], str]
    make: Callable[[AppContext], Tab]
    is_there: Callable[[ChartRecord], bool] = lambda _now: True
    holds: tuple[str, ...] = ()


def stacked(*cards: QWidget) -> QScrollArea:
    """Cards below one another, which scroll together."""
    inner = QWidget()
    layout = column(*cards, None, spacing=12)
    layout.setContentsMargins(0, 8, 0, 0)
    inner.setLayout(layout)
    return scrolled(inner)


def select(table: Table, model: TableModel[Any], id: str) -> None:
    """Mark the row of what was saved, or is led to."""
    index = next((i for i, one in enumerate(model.rows) if one.id == id), None)
    if index is not None:
        table.selectRow(index)
