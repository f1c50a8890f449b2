"""One numbered part of an event's page: its title, its fields by name, and what is asked about them."""

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QVBoxLayout, QWidget

from core.entering.event_form import EventForm, Judged
from core.entry import Problem
from core.findings.event_questions import Question
from core.forms import catalog
from core.model import event_details
from ui import theme
from ui.forms.event.inputs import Input, Marked
from ui.widgets.basics import label, row
from ui.widgets.fields import TextField

TITLED = 68  # px of the words at the left of a row of choices


class Section(QWidget):
    """``inputs`` are its fields by the names of their texts; ``first`` is where the keyboard comes to it.

    ``told`` is called with a name when its field says something else.
    """

    def __init__(self, number: int, title: str, hint: str, told: Callable[[str], None]) -> None:
        super().__init__()
        self.setProperty("role", "event")
        self.number, self._told = number, told
        self.inputs: dict[str, Input] = {}
        self.wrong = label("", "problem", wrap=True)  # with its narrow lines
        self.wrong.hide()
        self.asked = label("", "question-note", wrap=True)
        self.asked.hide()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(4)
        said = label(hint, "small")
        said.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        self.title = label(title, "heading")
        self.head = row(label(str(number), "accent"), self.title, None, said)
        self.body.addLayout(self.head)

    @property
    def first(self) -> QWidget:
        found = next(iter(self.inputs.values()))
        assert isinstance(found, QWidget)
        return found

    @property
    def marked(self) -> Mapping[str, object]:
        """The fields of which some are too narrow to say what is wrong with them."""
        return self.inputs

    @property
    def lines(self) -> list[TextField]:
        """The fields that are typed into."""
        return [one for one in self.inputs.values() if isinstance(one, TextField)]

    def end(self) -> None:
        """Put what is asked below the fields."""
        self.body.addWidget(self.wrong)
        self.body.addWidget(self.asked)

    def show_form(self, form: EventForm) -> None:
        """What the form says now; a line that somebody types in keeps what stands there."""
        for name, one in self.inputs.items():
            if one.text.strip() == form.text(name).strip():
                continue
            if not (isinstance(one, TextField) and one.line.hasFocus()):
                one.set_text(form.text(name))
                if isinstance(one, TextField):
                    one.line.setCursorPosition(
                        0
                    )  # what is longer than its line is read from its start

    def show_judged(self, judged: Judged, problems: Mapping[str, Problem]) -> None:
        """What is wrong under each field, and what is asked about any of them."""
        for name, one in self.inputs.items():
            one.show_problem(problems.get(name))
        narrow = [n for n, one in self.marked.items() if isinstance(one, Marked)]
        wrong = dict.fromkeys(problems[name].message for name in narrow if name in problems)
        say(self.wrong, "\n".join(wrong))
        asked = [one.message for one in judged.asked if self.is_about(one)]
        self.asked.setText("\n".join(asked))
        if self.asked.isHidden() == bool(asked):
            self.asked.setVisible(bool(asked))

    def is_about(self, question: Question) -> bool:
        return question.field in self.inputs

    def add(self, name: str, field: Input) -> None:
        """A field of this name; the page is told when it says something else."""
        self.inputs[name] = field
        told = self._told
        for signal in ("committed", "chosen", "activated"):
            if (found := getattr(field, signal, None)) is not None:
                found.connect(lambda *_given: told(name))
                return


def titled(words: str, *items: QWidget | QLayout | None) -> QHBoxLayout:
    """A row with its words at the left, as wide as those of the rows above and below it."""
    said = label(words)
    said.setFixedWidth(max(theme.px(TITLED), said.sizeHint().width()))
    line = row(said, *items, spacing=6)
    line.setAlignment(said, Qt.AlignmentFlag.AlignTop)
    said.setMinimumHeight(theme.px(28))
    return line


def choices(form: str, field: str, only: Iterable[str] = ()) -> dict[str, str]:
    """The words of a field's choices by id, in the order of the form or of those that are wanted."""
    known = {one.id: one.text for one in catalog.newest()[form].field(field).choices}
    return {name: known[name] for name in only} if only else known


def details(field: str, only: Iterable[str] = ()) -> dict[str, str]:
    return choices(event_details.FORM, field, only)


def banner(kind: str) -> QLabel:
    """A sentence on a coloured ground, hidden while there is none."""
    made = label("", wrap=True)
    made.setProperty("chip", kind)
    made.hide()
    return made


def say(made: QLabel, text: str) -> None:
    made.setText(text)
    if made.isHidden() == bool(text):
        made.setVisible(bool(text))
