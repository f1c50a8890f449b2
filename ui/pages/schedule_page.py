"""A visit schedule is changed: its windows, its days, and what each visit asks for."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QPushButton, QVBoxLayout, QWidget

from core import entry
from core.acts import own_schedules
from core.entering import typed_texts
from core.entering.schedule_entry import (
    AFTER,
    BEFORE,
    CODE,
    NEW,
    OFFSET,
    TITLE,
    UNIT,
    UNSCHEDULED,
    ScheduleEntry,
)
from core.entry import Problem
from core.errors import AppError
from core.model.user import Right
from core.protocols import catalog, writing
from core.protocols.definition import Anchor, Protocol, Unit
from core.views import schedule_words
from core.words import plural
from ui.context import AppContext
from ui.forms.kept_bar import KeptBar
from ui.pages.page import Page, Unsaved
from ui.widgets.basics import answered, button, card, clear, column, label, row, scrolled
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.own_definitions import Preview
from ui.widgets.responsive import Cells, Columns
from ui.words import tr


class SchedulePage(Page):
    """The visits at the left, the chosen one at the right. What is saved is a new version of the clinic's own."""

    topic = "settings#visit-schedules"
    shows = frozenset({"definition"})

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._entry = ScheduleEntry(catalog.of_new_patients(context.session.clinic))
        self._chosen = self._entry.visits[0]
        self.fields: dict[str, TextField] = {}
        self.boxes: dict[str, QCheckBox] = {}
        self.unit: ChoiceField[str] = ChoiceField("", {})
        self._title = label("", "title", wrap=True)
        self._what = label("", "muted", wrap=True)
        self.problem = label("", "problem", wrap=True)
        self.problem.hide()
        self.kept = KeptBar()
        self.kept.discarded.connect(self._discard)
        self._visits = QWidget()
        self._visits.setLayout(column())
        self._one = QWidget()
        self._one.setLayout(column())
        self.add = button(tr("Add a visit"), self._add)
        self.remove = button("")
        self.save = button(tr("Check and save…"), self._save, primary=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(12)
        back = button(tr("Back to the settings"), lambda: context.show_page.emit("settings"))
        head = row(self._title, back, self.save)
        head.setStretch(0, 1)
        layout.addLayout(head)
        layout.addWidget(self._what)
        layout.addWidget(self.kept)
        layout.addWidget(self.problem)
        visits = card(label(tr("Visits"), "heading"), self._visits, self.add, None)
        layout.addWidget(Columns(visits, scrolled(self._one), fixed={0: 300}, spacing=14), 1)

    def open(self, schedule_id: str) -> None:
        """Begin with the newest version of a schedule, and with what was typed of it before."""
        protocol = catalog.newest()[schedule_id]
        session = self.context.session
        place, subject = typed_texts.SETTINGS, _subject(protocol)
        self._entry = ScheduleEntry(protocol, session.typed.of(place, subject))
        self._chosen = (self._entry.visits or (UNSCHEDULED,))[0]
        self.kept.show_since(typed_texts.since(session, place, subject))
        self.problem.hide()
        self.mark_stale()

    @property
    def shown(self) -> dict[str, str]:
        return {"schedule": self._entry.protocol.id}

    def show_again(self, shown: Mapping[str, str]) -> bool:
        schedule_id = shown.get("schedule", "")
        if schedule_id not in catalog.newest():
            return False
        self.open(schedule_id)
        return True

    def refresh(self) -> None:
        protocol = self._entry.protocol
        self._title.setText(tr("Schedule: {title}").format(title=protocol.title))
        text = tr(
            "Version {version}. What you save is a new version, for new patients. A patient keeps the version"
            " that they were registered with."
        )
        self._what.setText(text.format(version=protocol.version))
        self.save.setEnabled(self.context.session.may(Right.CLINIC))
        self.add.setEnabled(protocol.anchor is not Anchor.LAST_VISIT)
        if protocol.anchor is Anchor.LAST_VISIT:
            self.add.setToolTip(tr("The one visit of this schedule comes again and again."))
        self._show_visits()
        self._show_chosen()

    def focus_first(self) -> None:
        if self.fields:
            self.fields[TITLE].setFocus()

    def unsaved(self) -> tuple[Unsaved, ...]:
        """What differs from the schedule; an empty text takes back what was kept and is as before again."""
        if not self.context.session.may(Right.CLINIC):
            return ()
        place, subject = typed_texts.SETTINGS, _subject(self._entry.protocol)
        kept = self.context.session.typed.of(place, subject)
        texts = {**dict.fromkeys(kept, ""), **self._entry.typed}
        return (Unsaved(place=place, subject=subject, texts=texts),)

    def visit_buttons(self) -> list[QPushButton]:
        """One a visit, in their order; the last one is for visits that are not planned."""
        return self._visits.findChildren(QPushButton)

    def _show_visits(self) -> None:
        layout = self._visits.layout()
        if layout is None:
            return
        clear(layout)
        for which in (*self._entry.visits, UNSCHEDULED):
            one = button(self._line(which), partial(self._choose, which))
            one.setCheckable(True)
            one.setChecked(which == self._chosen)
            one.setProperty("segment", "true")
            layout.addWidget(one)

    def _line(self, which: str) -> str:
        if which == UNSCHEDULED:
            return tr("Unscheduled visit")
        title = self._entry.text(which, TITLE) or tr("New visit")
        before, after = (self._entry.text(which, name) for name in (BEFORE, AFTER))
        if before == after == "0":
            return tr("{title}: that day only").format(title=title)
        text = tr("{title}: −{before} to +{after} days")
        return text.format(title=title, before=before or "?", after=after or "?")

    def _show_chosen(self) -> None:
        layout = self._one.layout()
        if layout is None:
            return
        clear(layout)
        self.fields.clear()
        if self._chosen != UNSCHEDULED:
            layout.addWidget(self._when_card(self._chosen))
        layout.addWidget(self._asks_card(self._chosen))
        self.fit(self._one)

    def _when_card(self, which: str) -> QFrame:
        anchor = self._entry.protocol
        counted = (
            tr("after the last visit")
            if anchor.anchor is Anchor.LAST_VISIT
            else tr("counted from “{event}”; before it: a number below 0").format(
                event=anchor.reference
            )
        )
        title = self._field(which, TITLE, tr("Name of the visit"), 0)
        parts: list[QWidget] = [title]
        if which.startswith(NEW):
            parts.append(self._field(which, CODE, tr("Short code"), 120))
        offset = self._field(which, OFFSET, tr("Planned at"), 110)
        self.unit = ChoiceField(
            tr("Unit"), {Unit.DAYS.value: tr("days"), Unit.MONTHS.value: tr("months")}
        )
        self.unit.set_value(self._entry.text(which, UNIT))
        self.unit.chosen.connect(lambda: self._type(which, UNIT, self.unit.value or ""))
        before = self._field(which, BEFORE, tr("Window opens, days before"), 110)
        after = self._field(which, AFTER, tr("Window closes, days after"), 110)
        self.remove = button(tr("Remove this visit"), self._remove, link=True)
        self.remove.setEnabled(len(self._entry.visits) > 1)
        return card(
            label(tr("When"), "heading"),
            *parts,
            _cells([offset, self.unit, before, after], wide=4, narrow=2),
            label(counted, "muted", wrap=True),
            row(self.remove, None),
        )

    def _field(self, which: str, name: str, title: str, width: int) -> TextField:
        reader = str.strip if name in {TITLE, CODE} else _whole
        field = TextField(title, reader, width=width)
        field.set_text(self._entry.text(which, name))
        field.edited.connect(lambda: self._type(which, name, field.text))
        field.committed.connect(self._show_visits)
        self.fields[name] = field
        return field

    def _asks_card(self, which: str) -> QFrame:
        asked = self._entry.asks(which)
        self.boxes = {}
        every = (*self._entry.options(), *(n for n in asked if n not in self._entry.options()))
        for name in every:
            box = QCheckBox(schedule_words.assessment(self._entry.protocol, name))
            box.setChecked(name in asked)
            box.toggled.connect(lambda on, name=name: self._ask(name, on=on))
            self.boxes[name] = box
        n = plural(len(asked), "1 is chosen.", "{n} are chosen.")
        return card(
            label(tr("What the visit asks for"), "heading"),
            label(n, "muted"),
            _cells([*self.boxes.values()], wide=3, narrow=1),
        )

    def _choose(self, which: str) -> None:
        self._chosen = which
        self._show_visits()
        self._show_chosen()
        (self.fields[TITLE] if TITLE in self.fields else next(iter(self.boxes.values()))).setFocus()

    def _type(self, which: str, name: str, text: str) -> None:
        self._entry.type(which, name, text)
        self.problem.hide()
        self.keep_soon.start()

    def _ask(self, name: str, *, on: bool) -> None:
        self._entry.ask(self._chosen, name, asked=on)
        self.keep_soon.start()

    def _add(self) -> None:
        self._choose(self._entry.add())
        self.keep_soon.start()

    def _remove(self) -> None:
        self._entry.remove(self._chosen)
        self.keep_soon.start()
        self._choose(self._entry.visits[0])

    def _discard(self) -> None:
        schedule_id = self._entry.protocol.id
        self._entry = ScheduleEntry(self._entry.protocol)
        self.keep()
        self.open(schedule_id)
        self.refresh_if_stale()

    def _save(self) -> None:
        """Show what is new, and add it; or say what is wrong, at its field."""
        found = self._entry.judge()
        if not isinstance(found, Protocol):
            self._show_problems(found)
            return
        lines = schedule_words.differences(self._entry.protocol, found)
        if not lines:
            self._say(
                tr("Nothing is changed. Change a window or what a visit asks for, then save.")
            )
            return
        if not answered(Preview(self, tr("New version {n}").format(n=found.version), lines)):
            return
        try:
            own_schedules.add(self.context.session, writing.to_toml(found), found)
        except AppError as error:
            self._say(str(error))
            return
        self._entry = ScheduleEntry(found)
        self.keep()
        self.open(found.id)
        self.refresh_if_stale()
        text = tr("Version {version} of “{title}” is there for new patients.")
        self.context.told.emit(text.format(version=found.version, title=found.title))

    def _show_problems(self, found: dict[str, Problem]) -> None:
        place, problem = next(iter(found.items()))
        which, _dot, name = place.rpartition(".")
        if not which:
            self._say(problem.message)
            return
        if which != self._chosen:
            self._choose(which)
        for one, what in found.items():
            where, _point, field = one.rpartition(".")
            if where == which and field in self.fields:
                self.fields[field].show_problem(what)
        self.fields[name].setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.show()


def _cells(cells: list[QWidget], *, wide: int, narrow: int) -> Cells:
    made = Cells(wide=wide, narrow=narrow, spacing=(20, 8), top=True)
    made.show_cells(cells)
    return made


def _whole(text: str) -> int | Problem | None:
    """A whole number; whether it can be a window, the whole schedule says."""
    return entry.whole(text, -100_000, 100_000)


def _subject(protocol: Protocol) -> str:
    """Under which the texts of a schedule are kept, among those of the settings."""
    return f"schedule.{protocol.id}.{protocol.version}"
