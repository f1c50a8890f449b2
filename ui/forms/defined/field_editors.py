"""One field of a form that is data on screen: what is typed or chosen is always a text, as `RecordEntry` holds it."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCompleter,
    QLabel,
    QWidget,
)

from core.entering.record_entry import RecordEntry
from core.entry import Problem
from core.forms import dictionaries, reading
from core.forms.definition import Field, FieldType
from core.forms.reading import Limits
from core.words import MISSING
from ui.context import AppContext
from ui.widgets.basics import Combo, PressButton, column, label
from ui.widgets.fields import ChoiceField, ProblemLine, TextBox, TextField
from ui.widgets.responsive import Flow
from ui.words import tr

MOST_SIDE_BY_SIDE = 46  # letters of all choices that stand as buttons in half a page
_WIDTHS = {
    FieldType.NUMBER: 130,
    FieldType.INTEGER: 130,
    FieldType.DATE: 170,
    FieldType.PARTIAL_DATE: 170,
    FieldType.TIME: 110,
    FieldType.INSTANT: 190,
}
_PLACEHOLDERS = {
    FieldType.DATE: "2026-11-21",
    FieldType.PARTIAL_DATE: "2026-11",
    FieldType.TIME: "14:05",
    FieldType.INSTANT: "2026-11-21 14:05",
}


class FieldEditor(QWidget):
    """``changed`` says that another text is there to be judged, ``edited`` that a key was typed.

    ``answered`` says that a digit chose an answer, after which the next field is asked.
    """

    changed = Signal()
    edited = Signal()
    answered = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field

    @property
    def text(self) -> str:
        raise NotImplementedError

    def set_text(self, text: str) -> None:
        raise NotImplementedError

    def show_problem(self, problem: Problem | None) -> None:
        raise NotImplementedError

    @property
    def why_taken_out(self) -> str:
        """The reason for which a file goes that the clinic file has."""
        return ""

    def set_saved(self, text: str, why_taken_out: str) -> None:
        """What the clinic file has in this field, and why it is to go."""

    @property
    def is_wide(self) -> bool:
        """Whether it needs a line of its own."""
        return False


class LineEditor(FieldEditor):
    """A text, a number, a date, a time or a term."""

    def __init__(self, field: Field, limits: Limits) -> None:
        super().__init__(field)
        self.input = TextField(
            titled(field),
            lambda text: reading.read(field, text, limits),
            unit=field.unit,
            placeholder=_PLACEHOLDERS.get(field.type, ""),
            width=_WIDTHS.get(field.type, 0),
        )
        self.input.line.setAccessibleDescription(field.help)
        self.input.line.setToolTip(field.help)
        if field.type is FieldType.TERM:
            self._propose(field.dictionary)
        self.setFocusProxy(self.input)
        self.setLayout(column(self.input))
        self.input.committed.connect(self.changed)
        self.input.edited.connect(self.edited)

    def _propose(self, dictionary: str) -> None:
        completer = QCompleter(list(dictionaries.terms(dictionary)), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(8)
        if (popup := completer.popup()) is not None:
            popup.setObjectName("completer")
        self.input.line.setCompleter(completer)
        completer.activated.connect(lambda _text: self.changed.emit())

    @property
    def text(self) -> str:
        return self.input.text

    def set_text(self, text: str) -> None:
        if text != self.input.text:
            self.input.set_text(text)

    def show_problem(self, problem: Problem | None) -> None:
        self.input.show_problem(problem)


class BoxEditor(FieldEditor):
    """A long text."""

    def __init__(self, field: Field, limits: Limits) -> None:
        super().__init__(field)
        self._limits = limits
        self.box = TextBox()
        self.box.setAccessibleName(field.title)
        self.box.setAccessibleDescription(field.help)
        self._problem = ProblemLine()
        self._said = ""
        self.setFocusProxy(self.box)
        self.setLayout(column(label(titled(field), "muted"), self.box, self._problem, spacing=4))
        self.box.left.connect(self._on_left)
        self.box.textChanged.connect(self._on_typed)

    def _on_typed(self) -> None:
        if self.text != self._said:
            self.edited.emit()

    def _on_left(self) -> None:
        if self.text != self._said:
            self._said = self.text
            self.changed.emit()

    @property
    def text(self) -> str:
        return self.box.toPlainText()

    def set_text(self, text: str) -> None:
        self._said = text
        if text != self.text:
            self.box.setPlainText(text)

    def show_problem(self, problem: Problem | None) -> None:
        self._problem.show_problem(problem)

    @property
    def is_wide(self) -> bool:
        return True


class ChoiceEditor(FieldEditor):
    """One of a few: buttons side by side, or a list where they are many.

    Where they are ``numbered`` they are buttons below one another, each with the digit that chooses it; in a
    cell they are a list.
    """

    def __init__(
        self,
        field: Field,
        choices: Mapping[str, str],
        *,
        numbered: bool = False,
        in_cell: bool = False,
    ) -> None:
        super().__init__(field)
        self._choices = choices
        self._buttons: ChoiceField[str] | None = None
        self._list = Combo()
        self._problem = ProblemLine()
        letters = sum(map(len, choices.values())) + 3 * len(choices)
        self.is_list = in_cell or (not numbered and letters > 2 * MOST_SIDE_BY_SIDE)
        if self.is_list:
            self._list.setAccessibleName(field.title)
            self._list.addItem(MISSING, "")
            for value, text in choices.items():
                self._list.addItem(text, value)
            self._list.activated.connect(lambda _index: self.changed.emit())
            self.setFocusProxy(self._list)
            self.setLayout(
                column(label(titled(field), "muted"), self._list, self._problem, spacing=4)
            )
            return
        self._list.setParent(self)
        self._list.hide()
        self._problem.setParent(self)
        words = _with_digits(choices) if numbered else choices
        below = numbered and letters > MOST_SIDE_BY_SIDE
        self._buttons = ChoiceField(titled(field), words, columns=1 if below else 0)
        self._buttons.chosen.connect(self.changed)
        if numbered:
            self._buttons.by_digit.connect(self.answered)
        self.setFocusProxy(self._buttons)
        self.setLayout(column(self._buttons))

    @property
    def text(self) -> str:
        if self._buttons is None:
            return str(self._list.currentData() or "")
        return self._buttons.value or ""

    def set_text(self, text: str) -> None:
        if self._buttons is None:
            self._list.setCurrentIndex(max(0, self._list.findData(text)))
        else:
            self._buttons.set_value(text or None)

    def show_problem(self, problem: Problem | None) -> None:
        if self._buttons is None:
            self._problem.show_problem(problem)
        else:
            self._buttons.show_problem(problem)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes a choice back: nobody is held to one that was chosen by mistake."""
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace} and self.text:
            self.set_text("")
            self.changed.emit()
        else:
            super().keyPressEvent(event)

    @property
    def is_wide(self) -> bool:
        return not self.is_list and sum(map(len, self._choices.values())) > MOST_SIDE_BY_SIDE


class ChoicesEditor(FieldEditor):
    """Several of a few, each a button that stays pressed; where they are ``numbered`` its digit presses it."""

    def __init__(self, field: Field, *, numbered: bool = False) -> None:
        super().__init__(field)
        self._numbered = numbered
        self._buttons: dict[str, PressButton] = {}
        flow = Flow(spacing=6)
        words = {choice.id: choice.text for choice in field.choices}
        shown = _with_digits(words) if numbered else words
        for choice in field.choices:
            one = PressButton(shown[choice.id])
            one.setCheckable(True)
            one.setProperty("segment", "true")
            one.setAccessibleName(f"{field.title}: {choice.text}")
            one.clicked.connect(lambda _checked=False: self.changed.emit())
            flow.addWidget(one)
            self._buttons[choice.id] = one
        self._problem = ProblemLine()
        self.setFocusProxy(next(iter(self._buttons.values())))
        layout = column(label(titled(field), "muted"), spacing=4)
        layout.addLayout(flow)
        layout.addWidget(self._problem)
        self.setLayout(layout)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit presses its choice, or takes it back."""
        digit = event.text() if self._numbered and event.text().isdigit() else ""
        meant = (one for one in self._buttons.values() if digit and one.text().startswith(digit))
        if (one := next(meant, None)) is not None:
            one.setFocus(Qt.FocusReason.ShortcutFocusReason)
            one.click()
        else:
            super().keyPressEvent(event)

    @property
    def text(self) -> str:
        return "\n".join(name for name, one in self._buttons.items() if one.isChecked())

    def set_text(self, text: str) -> None:
        chosen = set(text.split("\n"))
        for name, one in self._buttons.items():
            one.setChecked(name in chosen)

    def show_problem(self, problem: Problem | None) -> None:
        self._problem.show_problem(problem)

    @property
    def is_wide(self) -> bool:
        return True


class DerivedView(FieldEditor):
    """What is computed from the other fields."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.shown = label("", "number")
        self.setLayout(column(label(field.title, "muted"), self.shown, spacing=4))

    @property
    def text(self) -> str:
        return ""

    def set_text(self, text: str) -> None:
        self.shown.setText(text)

    def show_problem(self, problem: Problem | None) -> None:
        """Nobody typed it: what is wrong is said at the fields it is made of."""


def editor(
    field: Field,
    context: AppContext,
    entry: RecordEntry,
    records: Mapping[str, str],
    *,
    numbered: bool = False,
    in_cell: bool = False,
) -> FieldEditor:
    """The editor of a field of what is entered; ``records`` are those that a reference can name, by id.

    ``numbered`` says that choices are chosen by their digits, ``in_cell`` that the title is over a column of a
    grid.
    """
    if field.type is FieldType.FILE:
        from ui.forms.defined.file_editor import FileEditor  # few forms need pictures and pages

        made: FieldEditor = FileEditor(field, context, entry.patient_id)
    else:
        made = _editor(field, entry.limits, records, numbered=numbered, in_cell=in_cell)
    if in_cell:
        for one in made.findChildren(QLabel):
            if one.text() in {titled(field), field.title}:
                one.hide()
    return made


def _editor(
    field: Field, limits: Limits, records: Mapping[str, str], *, numbered: bool, in_cell: bool
) -> FieldEditor:
    match field.type:
        case FieldType.LONG_TEXT:
            return BoxEditor(field, limits)
        case FieldType.CHOICE:
            choices = {one.id: one.text for one in field.choices}
            return ChoiceEditor(field, choices, numbered=numbered, in_cell=in_cell)
        case FieldType.YES_NO:
            both = {reading.YES: tr("yes"), reading.NO: tr("no")}
            return ChoiceEditor(field, both, numbered=numbered, in_cell=in_cell)
        case FieldType.RECORD:
            made = ChoiceEditor(field, records, in_cell=in_cell)
            made.setEnabled(bool(records))
            return made
        case FieldType.CHOICES:
            return ChoicesEditor(field, numbered=numbered)
        case FieldType.DERIVED:
            return DerivedView(field)
    return LineEditor(field, limits)


def titled(field: Field) -> str:
    """The title as it stands over the field; a star says that it is needed."""
    return f"{field.title} *" if field.required else field.title


def _with_digits(choices: Mapping[str, str]) -> dict[str, str]:
    """The first nine with the digit that chooses them; those whose words begin with a digit each keep theirs."""
    digits = {text[:1] for text in choices.values()}
    if len(digits) == len(choices) and all(one.isdigit() for one in digits):
        return dict(choices)
    return {
        name: f"{number}  {text}" if number < 10 else text
        for number, (name, text) in enumerate(choices.items(), start=1)
    }
