"""A visit summary on screen: the very texts that are printed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from core.summary import (
    CORRECTED,
    AlertRow,
    EventRow,
    Fact,
    FormSummary,
    SpirometrySummary,
    VisitSummary,
    corrected_text,
)
from ui.widgets.basics import chip, clear, label, rule
from ui.words import tr

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
TOP = Qt.AlignmentFlag.AlignTop


class SummaryView(QWidget):
    """Everything of one visit below one another."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(12)

    def show_summary(self, summary: VisitSummary) -> None:
        clear(self._layout)
        self._layout.addWidget(_facts(summary.visit))
        if summary.alerts:
            self._section(tr("Alerts"), _alerts(summary.alerts))
        for form in summary.forms:
            self._section(form.title, _form(form))
        if summary.course:
            self._section(tr("Course of the disease"), _facts(summary.course))
        for session in summary.spirometry:
            self._section(session.title, _spirometry(session))
        if summary.measurements:
            self._section(tr("Measurements"), _facts(summary.measurements))
        self._section(summary.events_title, _events(summary.events, summary.no_events))
        for title, facts in (
            (tr("Milestones"), summary.milestones),
            (tr("Other assessments"), summary.tasks),
            (tr("Eligibility"), summary.eligibility),
            (tr("Stated elsewhere"), summary.stated),
        ):
            if facts:
                self._section(title, _facts(facts))
        if summary.note:
            self._section(tr("Note"), label(summary.note, wrap=True))

    def _section(self, title: str, content: QWidget) -> None:
        self._layout.addWidget(rule())
        self._layout.addWidget(label(title, "heading"))
        self._layout.addWidget(content)


def _grid() -> tuple[QWidget, QGridLayout]:
    widget = QWidget()
    grid = QGridLayout(widget)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(4)
    return widget, grid


def _facts(facts: tuple[Fact, ...]) -> QWidget:
    widget, grid = _grid()
    for index, fact in enumerate(facts):
        grid.addWidget(label(fact.label, "muted"), index, 0, TOP)
        grid.addWidget(label(fact.text, wrap=True), index, 1)
    grid.setColumnStretch(1, 1)
    return widget


def _form(form: FormSummary) -> QWidget:
    widget, grid = _grid()
    if form.not_done:
        grid.addWidget(label(tr("Not done: {reason}").format(reason=form.not_done)), 0, 0)
        return widget
    heads = (tr("Score"), tr("Before"))
    for column, head in enumerate(heads, start=2):
        grid.addWidget(label(head, "muted"), 0, column, RIGHT)
    line = 1
    for item in form.items:
        grid.addWidget(label(item.number, "muted"), line, 0, TOP)
        text = f"{item.title}: {item.answer}"
        words = [f"{text} ({item.note})" if item.note else text]
        score = item.score
        if item.corrected:
            words.append(corrected_text(item))
            score += CORRECTED
        grid.addWidget(label("\n".join(words), wrap=True), line, 1)
        grid.addWidget(label(score, "heading"), line, 2, RIGHT)
        grid.addWidget(label(item.previous, "muted"), line, 3, RIGHT)
        line += 1
    for scale in form.scales:
        grid.addWidget(label(scale.title, "heading"), line, 1)
        grid.addWidget(label(scale.score, "heading"), line, 2, RIGHT)
        grid.addWidget(label(f"{scale.previous} ({scale.change})", "muted"), line, 3, RIGHT)
        line += 1
    last = [
        label(tr("Slope: {text}").format(text=form.slope), wrap=True),
        *(label(tr("Kept: {text}").format(text=one), wrap=True) for one in form.kept),
        *(label(one, "muted", wrap=True) for one in filter(None, [form.how])),
    ]
    for index, one in enumerate(last, start=line):
        grid.addWidget(one, index, 1, 1, 3)
    grid.setColumnStretch(1, 1)
    return widget


def _spirometry(session: SpirometrySummary) -> QWidget:
    facts = (Fact(tr("Best"), session.headline), *session.facts)
    if not session.facts:
        return label(session.headline)
    widget = _facts((*facts, Fact(tr("Equation"), session.equation)))
    if session.why_not:
        layout = widget.layout()
        if isinstance(layout, QGridLayout):
            layout.addWidget(
                label(session.why_not, "question-note", wrap=True), layout.rowCount(), 0, 1, 2
            )
    return widget


def _alerts(alerts: tuple[AlertRow, ...]) -> QWidget:
    """What the visit newly showed. It is acknowledged on the patient's chart."""
    widget, grid = _grid()
    line = 0
    for alert in alerts:
        state = chip(tr("seen"), "neutral") if alert.seen else chip(tr("open"), "warn")
        grid.addWidget(label(alert.heading, "heading", wrap=True), line, 0, TOP)
        grid.addWidget(label(f"{alert.found}. {alert.advice}", wrap=True), line, 1, TOP)
        grid.addWidget(state, line, 2, TOP)
        source = tr("Source: {source}.").format(source=alert.source)
        grid.addWidget(label(source, "small", wrap=True), line + 1, 1, 1, 2)
        if alert.seen:
            grid.addWidget(label(alert.seen, "small", wrap=True), line + 2, 1, 1, 2)
        line += 3
    grid.setColumnMinimumWidth(0, 150)
    grid.setColumnStretch(1, 1)
    return widget


def _events(events: tuple[EventRow, ...], none: str) -> QWidget:
    if not events:
        return label(none)
    widget, grid = _grid()
    for line, event in enumerate(events):
        grid.addWidget(label(event.term, wrap=True), line, 0, TOP)
        words = tr("since {onset}, grade {grade}, {outcome}")
        text = words.format(onset=event.onset, grade=event.grade, outcome=event.outcome)
        grid.addWidget(label(text, "muted", wrap=True), line, 1, TOP)
        if event.is_serious:
            grid.addWidget(chip(tr("serious"), "bad"), line, 2, TOP)
    grid.setColumnStretch(1, 1)
    return widget
