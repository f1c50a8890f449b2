"""A visit summary on screen: the very texts that are printed."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.model.nouns import ADVERSE_EVENTS
from core.views.events import EventRow
from core.views.fact import Fact
from core.views.questionnaire import CORRECTED, FormSummary, ItemRow, ScaleRow, corrected_text
from core.views.signed import SignatureRow
from core.views.spirometry import SpirometrySummary
from core.views.visit_summary import ActionRow, VisitSummary
from ui import theme
from ui.widgets.basics import button, chip, clear, column, label, restyle, row, rule
from ui.widgets.figures import FigureMark, mark
from ui.widgets.folded import Folded
from ui.widgets.responsive import Flow
from ui.widgets.value_line import Cell, ValueLine, one_line
from ui.widgets.wrapped import Wrapped
from ui.words import tr

_PART = re.compile(".{40}")  # of a word without a blank, as much as any line has room for
_LONG_WORD = re.compile(r"\S{81,}")
SETTLED_MS = 700  # until a view that was made a moment ago has its places
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
TOP = Qt.AlignmentFlag.AlignTop


LINE = 120  # characters that the line of an alert has room for
APART = 24  # px between facts side by side: room for the mark that offers a query
SHORT = 46  # characters of a fact at most that stands beside another
HEAD = 40  # px of a column of scores
GAP = 12  # px between the columns of a line
BESIDE = 720  # px of width at the usual text size from which the scores have the other values beside them


class SummaryView(QWidget):
    """Everything of one visit; each line knows where it was entered, as "step/field".

    Above what asks for a decision, a line each; then the scores, beside them what else was measured and what happened;
    below these the rest. In a narrow place all is below one another.
    ``decide`` names the action of the visit that somebody wants to decide on, by its title.
    """

    decide = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._pointed: tuple[QLabel, QScrollArea] | None = None
        self._above, self._scores, self._values, self._below = (_stacked() for _part in range(4))
        self._beside = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._beside.setSpacing(theme.px(28))
        self._beside.addLayout(column(self._scores, None, spacing=0), 12)
        self._beside.addLayout(column(self._values, None, spacing=0), 9)
        whole = column(self._above, self._beside, self._below, spacing=6)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)
        self.buttons: dict[str, QPushButton] = {}

    def show_summary(
        self, summary: VisitSummary, decidable: Mapping[str, str] | None = None
    ) -> None:
        """``decidable`` has the titles of the actions that can be decided on here, each with what was decided by now."""
        self._pointed = None
        self.buttons = {}
        self.hide()  # what is added to a view in sight is shown one by one, each with a layout of the whole page
        for part in self._parts:
            clear(part)
        if summary.conclusion:
            said = _said(summary.conclusion, "")
            _section(
                self._above, tr("Conclusion"), said, beside=[label(summary.concluded, "muted")]
            )
        if summary.actions:
            _section(self._above, tr("Alerts"), self._actions(summary.actions, decidable or {}))
        for form in summary.forms:
            _section(self._scores, form.title, _form(form), beside=_form_head(form))
        self._values.addWidget(_facts(summary.visit))
        for session in summary.spirometry:
            _section(self._values, session.title, _spirometry(session))
        _section(self._values, summary.events_title, _events(summary.events, summary.no_events))
        if summary.running:
            running = tr("Not over from before: {events}").format(events=summary.running)
            self._values.addWidget(label(running, "muted", wrap=True))
        if summary.course:
            _section(self._values, tr("Course of the disease"), _facts(summary.course))
        if summary.measurements:
            _section(self._values, tr("Measurements"), _facts(summary.measurements))
        for title, facts in (
            (tr("Laboratory"), summary.laboratory),
            *((group.title, group.facts) for group in summary.records),
            (tr("Milestones"), summary.milestones),
            (tr("Other assessments"), summary.tasks),
            (tr("Eligibility"), summary.eligibility),
            (tr("Stated elsewhere"), summary.stated),
        ):
            if facts:
                _section(self._below, title, _facts(facts))
        if summary.actions:
            self._below.addWidget(_behind(summary.actions))
        if summary.note:
            _section(self._below, tr("Note"), _said(summary.note, "note/note"))
        if summary.signatures:
            _section(self._below, tr("Signatures"), _signatures(summary.signatures))
        self.show()

    @property
    def _parts(self) -> tuple[QVBoxLayout, ...]:
        return self._above, self._scores, self._values, self._below

    def field_of(self, widget: QWidget | None) -> str:
        """The field that a line is about; empty where it is none."""
        return "" if widget is None else str(widget.property("field") or "")

    def mark(self, fields: Collection[str]) -> None:
        """Show which lines somebody asked about."""
        for line in self._lines():
            asked = any(_is_about(line, field) for field in fields)
            _set(line, "asked", "true" if asked else "false")

    def point_out(self, field: str) -> bool:
        """Bring the line of a field into sight and let it stand out; False where it is not shown."""
        found = [line for line in self._lines() if _is_about(line, field)]
        for line in self._lines():
            _set(line, "found", "true" if line in found else "false")
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if found and isinstance(area, QScrollArea):
            self._pointed = (found[0], area)
            self._bring()
            QTimer.singleShot(SETTLED_MS, self, self._let_go)
        return bool(found)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = event.size().width() >= theme.px(BESIDE)
        direction = QBoxLayout.Direction
        self._beside.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        if self._pointed is not None:
            QTimer.singleShot(0, self, self._bring)  # when the lines have their places

    def _bring(self) -> None:
        if self._pointed is not None:
            line, area = self._pointed
            area.ensureWidgetVisible(line)

    def _let_go(self) -> None:
        """From now on only the reader scrolls."""
        self._bring()
        self._pointed = None

    def _lines(self) -> list[QLabel]:
        """Those in the layout: what was shown before goes only when Qt has time for it."""
        items = (part.itemAt(index) for part in self._parts for index in range(part.count()))
        shown = [widget for item in items if item and (widget := item.widget())]
        labels = [child for widget in shown for child in (widget, *widget.findChildren(QLabel))]
        return [one for one in labels if isinstance(one, QLabel) and one.property("field")]

    def _actions(self, actions: tuple[ActionRow, ...], decidable: Mapping[str, str]) -> QWidget:
        """What the visit newly showed, one line each; beside those that can be decided on the button for it."""
        lines: list[QLayout] = []
        for action in actions:
            decided = action.decided or decidable.get(action.title, "")
            consider = tr("consider {what}").format(what=action.consider)
            words = decided or (action.said if len(action.said) <= LINE else consider)
            said = label(words, "muted" if decided else "", wrap=True)
            said.setToolTip(f"{action.line}.")
            state = chip(tr("decided"), "neutral") if decided else chip(tr("open"), "warn")
            parts: list[QWidget] = [label(action.title, "strong"), said, state]
            if action.title in decidable:
                parts.append(self._button(action, again=bool(decided)))
            line = row(*parts, spacing=12)
            line.setStretch(1, 1)
            lines.append(line)
        widget = QWidget()
        layout = column(*lines, spacing=2)
        layout.setContentsMargins(0, 0, 0, 0)
        widget.setLayout(layout)
        return widget

    def _button(self, action: ActionRow, *, again: bool) -> QPushButton:
        made = button(
            tr("Decide again…") if again else tr("Decide…"),
            partial(self.decide.emit, action.title),
        )
        made.setAccessibleName(tr("{action}: decide…").format(action=action.title))
        made.setProperty("dense", "true")
        self.buttons[action.title] = made
        return made

    def focus_action(self, title: str) -> None:
        """Put the keyboard on the button of an action."""
        if (one := self.buttons.get(title)) is not None:
            one.show()  # its layout would do so later, and what is hidden takes no keyboard
            one.setFocus(Qt.FocusReason.OtherFocusReason)


def _stacked() -> QVBoxLayout:
    made = QVBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(4)
    return made


def _section(
    part: QVBoxLayout, title: str, content: QWidget, *, beside: Sequence[QWidget | None] = ()
) -> None:
    """``beside`` is in the line of the title; None takes the room that is left."""
    if part.count():
        part.addWidget(rule())
    head = QWidget()
    line = row(label(title, "heading"), *beside, *([] if None in beside else [None]), spacing=12)
    line.setContentsMargins(0, 0, 0, 0)
    head.setLayout(line)
    part.addWidget(head)
    part.addWidget(content)


def _behind(actions: tuple[ActionRow, ...]) -> Folded:
    """The facts, rules and sources of the alerts, one click away."""
    lines = [text for one in actions for text in (f"{one.line}.", *one.details, *one.sources)]
    return Folded(tr("Facts, rules and sources of the alerts"), tuple(dict.fromkeys(lines)))


def _said(text: str, field: str, role: str = "") -> QLabel:
    """Words that were entered in a field."""
    made = label(_breakable(text), role, wrap=True)
    if field:
        made.setProperty("field", field)
    return made


def _breakable(text: str) -> str:
    """A text whose words without a blank may go on in the next line: Qt breaks none by itself, and all would be as wide."""
    return _LONG_WORD.sub(lambda found: _PART.sub("\\g<0>\u200b", found[0]), text)


def _is_about(line: QLabel, field: str) -> bool:
    """A line shows a field, or a session all of whose fields are summed up in it."""
    shown = str(line.property("field"))
    return field == shown or field.startswith(f"{shown}.")


def _set(line: QLabel, name: str, value: str) -> None:
    if (line.property(name) or "false") != value:
        line.setProperty(name, value)
        restyle(line)


def _grid() -> tuple[QWidget, QGridLayout]:
    widget = QWidget()
    grid = QGridLayout(widget)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(1)
    return widget, grid


def _facts(facts: tuple[Fact, ...]) -> QWidget:
    """Short ones side by side, as many as a line has room for; long ones a line each below them."""
    short = [fact for fact in facts if len(fact.label) + len(fact.text) <= SHORT]
    long = [fact for fact in facts if fact not in short]
    names = [_named(fact) for fact in long]
    widest = max(map(_taken, names), default=0)
    lines = [_fact_line(fact, named, widest) for fact, named in zip(long, names, strict=True)]
    flow = Flow(*map(_fact, short), spacing=theme.px(APART), between=2)
    widget = QWidget()
    layout = column(flow, *lines, spacing=1)
    layout.setContentsMargins(0, 0, 0, 0)
    widget.setLayout(layout)
    return widget


def _named(fact: Fact) -> tuple[Cell, ...]:
    """What a fact is called; where it is a figure, with the way to what it means."""
    title = Wrapped(fact.label, "muted")
    if not fact.figure:
        return (Cell(title, one_line(title)),)
    way = FigureMark(fact.figure)
    return Cell(title, one_line(title), gap=4), Cell(way, one_line(way))


def _taken(cells: Sequence[Cell]) -> int:
    """px that cells take side by side."""
    return sum((cell.width or 0) + cell.gap for cell in cells)


def _fact(fact: Fact) -> ValueLine:
    """Its name and its text in one line."""
    text = Wrapped(fact.text, "ink", 13)
    *before, last = _named(fact)
    cells = (*before, replace(last, gap=6), Cell(text, one_line(text), is_value=True))
    return ValueLine(*cells, text=f"{fact.label} {fact.text}", field=fact.field)


def _fact_line(fact: Fact, named: Sequence[Cell], widest: int) -> ValueLine:
    """Its name, beside it its text on as many lines as that needs; the names of all are so many px wide."""
    *before, last = named
    after = replace(last, gap=GAP + widest - _taken(named))
    text = Cell(Wrapped(_breakable(fact.text), "ink", 13), None, is_value=True)
    return ValueLine(*before, after, text, text=f"{fact.label} {fact.text}", field=fact.field)


def _form(form: FormSummary) -> QWidget:
    """Its parts, its items and what follows from them, a line each."""
    lines: list[QWidget] = []
    if form.not_done:
        lines.append(label(f"{form.not_done}.", wrap=True))
    if form.items or not form.not_done:
        lines += _answered(form)
    widget = QWidget()
    layout = column(*lines, spacing=0)
    layout.setContentsMargins(0, 0, 0, 0)
    widget.setLayout(layout)
    if form.items:
        mark(widget, "total", "domains", "slope")
    return widget


def _answered(form: FormSummary) -> Iterator[QWidget]:
    if parts := form.scales[form.has_total :]:
        yield label(" · ".join(map(_scale, parts)), "answer", wrap=True)
    numbers = [Wrapped(item.number, "muted") for item in form.items]
    begin = max(map(one_line, numbers), default=0)
    for item, number in zip(form.items, numbers, strict=True):
        yield _item(item, Cell(number, begin, gap=GAP))
    before = Cell(Wrapped("", "muted"), begin, gap=GAP)
    for text in (
        tr("Slope: {text}").format(text=form.slope),
        *(tr("Kept: {text}").format(text=one) for one in form.kept),
    ):
        yield ValueLine(before, Cell(Wrapped(text, "ink", 13), None), text=text)
    if form.how:
        yield ValueLine(before, Cell(Wrapped(form.how, "muted"), None), text=form.how)


def _item(item: ItemRow, number: Cell) -> ValueLine:
    """A question with its answer, its score and the score before."""
    answer = f"{item.title}: {item.answer}"
    answer = f"{answer} ({item.note})" if item.note else answer
    score = item.score
    if item.corrected:
        answer = f"{answer}\n{corrected_text(item)}"
        score += CORRECTED
    now, before = tr("Score"), tr("Before")
    return ValueLine(
        number,
        Cell(Wrapped(_breakable(answer), "ink"), None, gap=GAP, is_value=True),
        Cell(Wrapped(score, "ink", 13, QFont.Weight.DemiBold), _head(now), gap=GAP, ends=True),
        Cell(Wrapped(item.previous, "muted"), _head(before), ends=True),
        text=f"{item.number} {answer} · {now} {score} · {before} {item.previous}",
        field=item.field,
    )


def _head(words: str) -> int:
    """px of a column of scores, with room for its head."""
    return max(theme.px(HEAD), one_line(Wrapped(words, "muted")))


def _form_head(form: FormSummary) -> list[QWidget | None]:
    """The total beside the title, and what the columns of the items are."""
    made: list[QWidget | None] = [
        label(
            tr("{score} (before {previous}, {change})").format(
                score=scale.score, previous=scale.previous, change=scale.change
            ),
            "strong",
        )
        for scale in form.scales[: form.has_total]
    ]
    if not form.items:
        return made
    made.append(None)
    for words in (tr("Score"), tr("Before")):
        head = label(words, "muted")
        head.setAlignment(RIGHT)
        head.setMinimumWidth(_head(words))
        made.append(head)
    return made


def _scale(scale: ScaleRow) -> str:
    """A part of the total, in its line: ``Bulbar 7/12 (−1)``."""
    return tr("{scale} {score} ({change})").format(
        scale=scale.title, score=scale.score, change=scale.change
    )


def _spirometry(session: SpirometrySummary) -> QWidget:
    facts = (Fact(tr("Best"), session.headline, session.field), *session.facts)
    if not session.facts:
        return _said(session.headline, session.field)
    widget = _facts((*facts, Fact(tr("Equation"), session.equation)))
    if session.why_not and (layout := widget.layout()) is not None:
        layout.addWidget(label(session.why_not, "question-note", wrap=True))
    return widget


def _events(events: tuple[EventRow, ...], none: str) -> QWidget:
    if not events:
        return _said(none, f"{ADVERSE_EVENTS}/asked")
    widget, grid = _grid()
    for line, event in enumerate(events):
        grid.addWidget(_said(event.term, event.field), line, 0, TOP)
        words = tr("since {onset}, grade {grade}, {outcome}")
        text = words.format(onset=event.onset, grade=event.grade, outcome=event.outcome)
        if event.unsure:
            text = f"{text}; {event.unsure}"
        grid.addWidget(label(text, "muted", wrap=True), line, 1, TOP)
        if event.is_serious:
            grid.addWidget(chip(tr("serious"), "bad"), line, 2, TOP)
    grid.setColumnStretch(1, 1)
    return widget


def _signatures(rows: tuple[SignatureRow, ...]) -> QWidget:
    """Every signature; under one that is void, what was changed since."""
    lines: list[QWidget] = []
    for one in rows:
        lines.append(label(one.text, "" if one.valid else "problem", wrap=True))
        lines += [label(change, "small", wrap=True) for change in one.changes]
    widget = QWidget()
    widget.setLayout(column(*lines, spacing=4))
    return widget
