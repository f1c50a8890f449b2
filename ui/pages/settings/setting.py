"""One setting with what it does, and whether it is as shipped; and a section of them."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QAbstractButton, QGridLayout, QLabel, QPlainTextEdit, QWidget

from ui import theme
from ui.widgets.basics import button, card, column, label, row, rule
from ui.words import tr


class Setting(QWidget):
    """A control with its title, its explanation and its source.

    Where its value is not the one that was shipped, a mark says which that was, and ``back`` goes back to it.
    ``own`` is a part that says its own title and explanation, ``below`` a control that is as wide as the page.
    """

    def __init__(
        self,
        id: str,
        title: str,
        control: QWidget,
        *,
        explained: str = "",
        source: str = "",
        back: Callable[[], object] | None = None,
        below: bool = False,
        own: bool = False,
        of_clinic: bool = False,
    ) -> None:
        super().__init__()
        self.id, self.title, self.of_clinic = id, title, of_clinic
        self.mark = label("", "question-note", wrap=True)
        self.back = button(tr("Back to what is shipped"), back, link=True)
        self.back.setAccessibleName(tr("{setting}: back to what is shipped").format(setting=title))
        self._marked = QWidget()
        marked = row(self.mark, self.back, None)
        marked.setStretch(0, 0)
        self._marked.setLayout(marked)
        self._marked.hide()
        self.own = own
        if own:
            self.setLayout(column(control))
            return
        said = [label(text, "small", wrap=True) for text in (explained, source) if text]
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        grid.addWidget(rule(), 0, 0, 1, 2)
        words = QWidget()
        words.setLayout(column(label(title, wrap=True), *said, spacing=2))
        grid.addWidget(words, 1, 0, 1, 2 if below else 1)
        grid.addWidget(control, *((2, 0, 1, 2) if below else (1, 1)))
        grid.addWidget(self._marked, 3, 0, 1, 2)
        self.setLayout(grid)

    @property
    def differs(self) -> bool:
        """Whether its value is not the one that was shipped."""
        return not self._marked.isHidden()

    def show_mark(self, shipped: str, *, differs: bool) -> None:
        """``shipped`` is the value that was shipped, in words."""
        self.mark.setText(tr("as shipped: {value}").format(value=shipped))
        self._marked.setVisible(differs)

    @property
    def said(self) -> str:
        """Every word by which it is found: title, explanation, unit, choices, and the mark that is seen."""
        parts = [self.title]
        for one in self.findChildren(QWidget):
            if one is self.back or (one is self.mark and not self.differs):
                continue
            if isinstance(one, QLabel | QAbstractButton):
                parts.append(one.text())
            elif isinstance(one, QPlainTextEdit):
                parts.append(one.accessibleName())
        return " ".join(parts).casefold()


class Section(QWidget):
    """The settings of one section below one another, under its name."""

    def __init__(self, id: str, title: str, settings: Sequence[Setting]) -> None:
        super().__init__()
        self.id, self.title, self.settings = id, title, tuple(settings)
        inside = [one for one in settings if not one.own]
        self._heading = label(title, "heading", wrap=True)
        self._card = card(*inside, spacing=10)
        self._has_card = bool(inside)
        self.setMaximumWidth(theme.px(900))
        self.setLayout(
            column(self._heading, self._card, *(one for one in settings if one.own), spacing=10)
        )
        self.show_matching([])

    @property
    def differing(self) -> int:
        """How many of its settings are not as shipped."""
        return sum(one.differs for one in self.settings)

    def show_matching(self, words: Sequence[str]) -> int:
        """Show only the settings that say every word, and how many these are; all of them where no word is given."""
        found = [one for one in self.settings if all(word in one.said for word in words)]
        for one in self.settings:
            one.setVisible(one in found)
        self._card.setVisible(any(not one.own for one in found))
        self._heading.setVisible(bool(words) or self._has_card)
        return len(found)
