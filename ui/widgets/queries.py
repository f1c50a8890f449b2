"""Questions on fields: asking, the exchange that follows, and what of it waits."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from core import clock
from core.acts import asked_values, data_queries, laboratory_queries, record_queries
from core.acts.data_queries import Place, Waiting
from core.entering import typed_texts
from core.labels import QUERY_STATE
from core.model.data_query import DataQuery, QueryState
from core.model.ids import PatientId, QueryId, VisitId
from core.model.nouns import LABORATORY
from core.model.record import PatientRecord
from core.model.user import Right
from core.views.signed import queries_text
from core.words import instant
from ui.context import AppContext
from ui.widgets.basics import Combo, button, chip, clear, column, label, link, row, rule, scrolled
from ui.widgets.fields import ChoiceField, Line
from ui.words import tr

CHIPS = {QueryState.OPEN: "warn", QueryState.ANSWERED: "accent", QueryState.CLOSED: "neutral"}
SHOWN = 8  # on Today
HIGHEST = 230  # px: of the exchanges above a step, which keeps the rest of the page


class Exchange(QWidget):
    """One question with all that was said to it, and what the person at the keyboard may do about it."""

    jump = Signal(object)  # DataQuery

    def __init__(
        self,
        context: AppContext,
        query: DataQuery,
        names: Mapping[str, str],
        *,
        about: str = "",
        leads: bool = True,
        remark: str = "",
    ) -> None:
        super().__init__()
        self.query = query
        self._context = context
        state = chip(QUERY_STATE[query.state], CHIPS[query.state])
        title = f"{about} · {query.label}" if about else query.label
        where = link(title, partial(self.jump.emit, query)) if leads else label(title, "heading")
        head = row(where, state, label(_age(query), "muted"))
        head.setStretch(0, 1)
        lines: list[QWidget] = [
            label(query.text, wrap=True),
            label(_asked_by(query, names), "small", wrap=True),
        ]
        for reply in query.replies:
            text = tr("Asked again: {text}") if reply.asks else "{text}"
            lines.append(label(text.format(text=reply.text), wrap=True))
            lines.append(label(_who(names, reply.by, instant(reply.at)), "small", wrap=True))
        if remark:
            lines.append(label(remark, "question-note", wrap=True))
        if query.closed_by is not None and query.closed_at is not None:
            who = _who(names, query.closed_by, instant(query.closed_at))
            lines.append(label(tr("Closed by {who}").format(who=who), "small", wrap=True))
        said = column(*lines, spacing=1)
        said.setContentsMargins(8, 0, 0, 0)
        layout = column(head, said, spacing=2)
        self.line = Line()
        self.line.setAccessibleName(tr("Your words on: {label}").format(label=query.label))
        self.buttons = self._buttons()
        if self.buttons:
            self.line.setPlaceholderText(self._hint())
            self.line.returnPressed.connect(self.buttons[0].click)
            last = row(self.line, *self.buttons)
            last.setStretch(0, 1)
            last.setContentsMargins(8, 0, 0, 0)
            layout.addLayout(last)
        self.setLayout(layout)

    def _buttons(self) -> list[QPushButton]:
        session, state = self._context.session, self.query.state
        if not session.may(Right.QUERY):
            return []
        may_close = session.may(Right.CLOSE_QUERY)
        if state is QueryState.CLOSED:
            again = self._button(tr("Open again"), data_queries.ask_again)
            return [again] if may_close else []
        buttons = [self._button(tr("Answer"), data_queries.answer)]
        if state is QueryState.ANSWERED:
            buttons.append(self._button(tr("Ask again"), data_queries.ask_again))
        if may_close:
            buttons.append(self._button(tr("Close"), data_queries.close, needs_words=False))
        return buttons

    def _button(
        self, text: str, act: Callable[..., object], *, needs_words: bool = True
    ) -> QPushButton:
        made = button(text, partial(self._do, act, needs_words=needs_words))
        made.setAccessibleName(tr("{act}: {label}").format(act=text, label=self.query.label))
        return made

    def _do(self, act: Callable[..., object], *, needs_words: bool) -> None:
        text = self.line.text().strip()
        if needs_words and not text:
            self.line.setPlaceholderText(tr("Say it in a few words first."))
            self.line.setFocus()
            return
        session, failures = self._context.session, self._context.failures
        self.line.clear()  # or it would stand in the exchange as it is drawn again
        with self._context.saving():
            kept = {_answer(self.query): ""}
            typed_texts.keep(session, typed_texts.QUERY, self.query.patient_id, kept)
            act(session, self.query, text)
        if self._context.failures != failures:
            self.line.setText(text)
            self.line.setModified(True)

    def _hint(self) -> str:
        match self.query.state:
            case QueryState.OPEN:
                return tr("Your answer")
            case QueryState.ANSWERED:
                return tr("More to say, or a last word when closing")
        return tr("Why it is opened again")


class AskLine(QWidget):
    """Asks about one of several fields. ``asked`` carries the field and the words; ``cancelled`` gives it up."""

    asked = Signal(object, str)
    cancelled = Signal()
    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.place = Combo()
        self.place.setAccessibleName(tr("The query is about"))
        self.place.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.line = Line()
        self.line.setAccessibleName(tr("Query on this field"))
        self.line.setPlaceholderText(tr("What is asked about it?"))
        self.line.returnPressed.connect(self._ask)
        self.line.textEdited.connect(lambda _text: self.edited.emit())
        ask = button(tr("Ask"), self._ask, primary=True)
        cancel = button(tr("Cancel"), self._cancel)
        layout = row(self.place, self.line, cancel, ask)
        layout.setStretch(0, 2)
        layout.setStretch(1, 3)
        self.setLayout(layout)

    def begin(self, places: Sequence[Place], chosen: Place | None) -> None:
        """Offer these fields, the chosen one first in mind; what was typed stays."""
        self.place.clear()
        for one in places:
            self.place.addItem(one.label, one)
        if chosen is not None and chosen in places:
            self.place.setCurrentIndex(list(places).index(chosen))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._cancel()
        else:
            super().keyPressEvent(event)

    def _ask(self) -> None:
        place, text = self.place.currentData(), self.line.text().strip()
        if not isinstance(place, Place):
            return
        if not text:
            self.line.setPlaceholderText(tr("Say in a few words what is asked."))
            self.line.setFocus()
            return
        self.asked.emit(place, text)

    def texts(self, about: str) -> dict[str, str]:
        """What is typed, to be kept; ``about`` is the id of a visit, empty for the patient."""
        text, place = self.line.text(), self.place.currentData()
        field = f"{place.step}/{place.field}" if text and isinstance(place, Place) else ""
        return {f"ask.{about}": text, f"field.{about}": field}

    def put_back(self, places: Sequence[Place], typed: Mapping[str, str], about: str) -> bool:
        """Show the question that was not asked yet; False where there is none."""
        text, field = typed.get(f"ask.{about}", ""), typed.get(f"field.{about}", "")
        if text:
            chosen = (place for place in places if f"{place.step}/{place.field}" == field)
            self.begin(places, next(chosen, None))
            self.line.setText(text)
            self.show()
        return bool(text)

    def _cancel(self) -> None:
        self.line.clear()
        self.edited.emit()
        self.cancelled.emit()


class QueriesList(QWidget):
    """Exchanges below one another; ``jump`` carries the question whose field is to be shown."""

    jump = Signal(object)
    edited = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._shows: object = None
        self.exchanges: list[Exchange] = []
        self._lines = column(spacing=10)
        self._lines.setContentsMargins(0, 0, 10, 0)  # room for a scroll bar
        self.setLayout(self._lines)

    def show_queries(
        self,
        queries: Sequence[DataQuery],
        about: Mapping[QueryId, str],
        none: str = "",
        remarks: Mapping[QueryId, str] | None = None,
    ) -> None:
        """``about`` names the visit of each question by its id; one that is not there leads nowhere.

        ``remarks`` say what became of what was asked about.
        """
        remarks = remarks or {}
        if (queries, about, remarks) == self._shows:
            return  # what is being typed as an answer stays
        self._shows = (queries, about, remarks)
        session = self._context.session
        patients = {query.patient_id for query in queries}
        typed = {
            field: text
            for patient_id in patients
            for field, text in session.typed.of(typed_texts.QUERY, patient_id).items()
        }
        typed |= self.texts
        clear(self._lines)
        self.exchanges = []
        names = session.users.names() if queries else {}
        for query in queries:
            visit = about.get(query.id)
            made = Exchange(
                self._context,
                query,
                names,
                about=visit or "",
                leads=visit is not None,
                remark=remarks.get(query.id, ""),
            )
            if text := typed.get(_answer(query), "") if query.closed_at is None else "":
                made.line.setText(text)
                made.line.setModified(True)
            made.line.textEdited.connect(lambda _text: self.edited.emit())
            made.jump.connect(self.jump)
            if self.exchanges:
                self._lines.addWidget(rule())
            self._lines.addWidget(made)
            self.exchanges.append(made)
        if not queries and none:
            self._lines.addWidget(label(none, "muted", wrap=True))

    @property
    def texts(self) -> dict[str, str]:
        """What is typed as answers, to be kept."""
        typed = (one for one in self.exchanges if one.line.isModified())
        return {_answer(one.query): one.line.text() for one in typed}

    def exchange(self, query: DataQuery) -> Exchange | None:
        return next((one for one in self.exchanges if one.query.id == query.id), None)


class PatientQueries(QWidget):
    """Every question about a patient and their visits, and asking about the patient."""

    edited = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._record: PatientRecord | None = None
        self.shown: ChoiceField[bool] = ChoiceField("", {False: tr("Not closed"), True: tr("All")})
        self.shown.set_value(False)
        self.shown.chosen.connect(self._show)
        self.begin = button(tr("Query about the patient…"), self._begin)
        self.ask = AskLine()
        self.ask.hide()
        self.ask.asked.connect(self._ask)
        self.ask.cancelled.connect(self._end)
        self.list = QueriesList(context)
        self.list.jump.connect(self._jump)
        self.list.edited.connect(self.edited)
        self.ask.edited.connect(self.edited)
        how = tr(
            "A query on a field of a visit or a form is asked there: F2, or in a visit the menu of the field."
        )
        head = row(self.shown, None, self.begin)
        self.setLayout(
            column(head, self.ask, self.list, label(how, "small", wrap=True), spacing=12)
        )
        self.begin.setVisible(context.session.may(Right.QUERY))

    def show_record(self, record: PatientRecord) -> int:
        """Show a patient's questions; answers how many are not closed."""
        if self._record is None or self._record.patient.id != record.patient.id:
            self.ask.line.clear()
            self.ask.hide()
            typed = self._context.session.typed.of(typed_texts.QUERY, record.patient.id)
            self.ask.put_back(data_queries.patient_places(), typed, "")
        self._record = record
        self._show()
        return len(data_queries.unsettled(record.queries))

    def texts(self, patient_id: PatientId) -> dict[str, str]:
        """What is typed of questions and answers about this patient, to be kept."""
        if self._record is None or self._record.patient.id != patient_id:
            return {}
        return {**self.ask.texts(""), **self.list.texts}

    def _show(self) -> None:
        record = self._record
        if record is None:
            return
        waits = data_queries.unsettled(record.queries)
        closed = tuple(query for query in record.queries if query.closed)
        queries = (*waits, *reversed(closed)) if self.shown.value else waits
        about = {
            query.id: data_queries.visit_of(record, query)
            for query in queries
            if self._leads(record, query)
        }
        remarks = asked_values.remarks(self._context.session, record, queries)
        self.list.show_queries(queries, about, tr("No query is open."), remarks)

    def _leads(self, record: PatientRecord, query: DataQuery) -> bool:
        """Whether what was asked about is there, for this person to go to."""
        if asked_values.of_no_visit(query):
            return not asked_values.removed(record, [query])
        there = any(visit.id == query.visit_id for visit in record.visits)
        return there or self._context.session.may(Right.ENTER)

    def _begin(self) -> None:
        self.ask.begin(data_queries.patient_places(), None)
        self.ask.show()
        self.ask.line.setFocus()

    def _end(self) -> None:
        self.ask.hide()
        self.begin.setFocus()

    def _ask(self, place: Place, text: str) -> None:
        record, failures = self._record, self._context.failures
        if record is None:
            return
        with self._context.saving():
            data_queries.ask(self._context.session, record.patient.id, None, place, text)
        if self._context.failures == failures:
            self.ask.line.clear()
            self.edited.emit()
            self._end()

    def _jump(self, query: DataQuery) -> None:
        go_to(self._context, query)


class QueriesOfClinic(QWidget):
    """What Today says of questions: how many, and the oldest of them, each leading to its field."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._lines = column(spacing=2)
        self.setLayout(self._lines)

    def show_queries(self, waiting: Sequence[Waiting]) -> None:
        clear(self._lines)
        self.setVisible(bool(waiting))
        if not waiting:
            return
        self._lines.addWidget(label(queries_text(one.query for one in waiting), "muted", wrap=True))
        for one in waiting[:SHOWN]:
            parts = (one.record_number, one.visit, one.query.label)
            where = " · ".join(part for part in parts if part)
            state = "" if one.query.state is QueryState.OPEN else QUERY_STATE[one.query.state]
            since = ", ".join(part for part in (state, data_queries.age_text(one.days)) if part)
            text = f"{where}: {one.query.text} ({since})"
            self._lines.addWidget(link(text, partial(self._go_to, one.query)))
        if len(waiting) > SHOWN:
            more = tr("and {n} more queries").format(n=len(waiting) - SHOWN)
            self._lines.addWidget(label(more, "muted", wrap=True))

    def _go_to(self, query: DataQuery) -> None:
        if query.visit_id is None and not asked_values.of_no_visit(query):
            self._context.open_chart.emit(query.patient_id)
        else:
            go_to(self._context, query)


def go_to(context: AppContext, query: DataQuery) -> None:
    """Show the very field that a question is about."""
    where = record_queries.about(query)
    if where is not None:
        context.open_record.emit(query.patient_id, where.form, where.name)
    elif (result := laboratory_queries.result_id(query)) is not None:
        context.open_record.emit(query.patient_id, LABORATORY, result)
    elif query.visit_id is not None:
        context.open_field.emit(query.patient_id, query.visit_id, query.step, query.field)
    else:
        context.edit_patient.emit(query.patient_id)


class QueriesPanel(QFrame):
    """The questions on a step of a visit or on a form, above it; folded to one line, and not there where there are none."""

    jump = Signal(object)
    asked = Signal(object, str)
    edited = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.fold = button("", self._turn, link=True)
        self.ask = AskLine()
        self.ask.hide()
        self.ask.asked.connect(self.asked)
        self.ask.cancelled.connect(self._on_cancelled)
        self.list = QueriesList(context)
        self.list.jump.connect(self.jump)
        self.list.edited.connect(self.edited)
        self.ask.edited.connect(self.edited)
        self._area = scrolled(self.list)
        self._area.hide()
        self._back: QWidget | None = None
        self._words = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.fold)
        layout.addWidget(self.ask)
        layout.addWidget(self._area)
        self.hide()

    def show_queries(
        self,
        queries: Sequence[DataQuery],
        nowhere: Collection[QueryId] = (),
        remarks: Mapping[QueryId, str] | None = None,
        visits: Mapping[VisitId, str] | None = None,
    ) -> None:
        """Show questions; those of ``nowhere`` lead to no field, ``remarks`` say what became of it.

        ``visits`` names the visits where the questions of several of them are shown.
        """
        waits = data_queries.unsettled(queries)
        closed = tuple(query for query in queries if query.closed)
        said = visits or {}
        about = {
            one.id: "" if one.visit_id is None else said.get(one.visit_id, "")
            for one in queries
            if one.id not in nowhere
        }
        self.list.show_queries((*waits, *closed), about, remarks=remarks)
        self._words = queries_text(queries) or (tr("queries, all closed") if closed else "")
        self.fold.setVisible(bool(queries))
        if not queries:
            self._area.hide()
        self._name_fold()
        self.setVisible(bool(queries) or not self.ask.isHidden())
        self._fit()
        QTimer.singleShot(0, self, self._fit)  # when the new ones have their sizes

    def begin(self, places: Sequence[Place], chosen: Place | None, back: QWidget | None) -> None:
        """Ask about a field; the keyboard goes ``back`` where that is given up."""
        self._back = back
        self.ask.begin(places, chosen)
        self.ask.show()
        self.show()
        self.ask.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def put_back(self, places: Sequence[Place], typed: Mapping[str, str], about: str) -> None:
        """Show the question that was not asked yet."""
        if self.ask.put_back(places, typed, about):
            self.show()

    def texts(self, about: str) -> dict[str, str]:
        """What is typed of questions and answers, to be kept."""
        return {**self.ask.texts(about), **self.list.texts}

    def forget(self) -> None:
        """What was asked of one visit never stands under another."""
        self.ask.line.clear()
        self.ask.hide()
        self._area.hide()
        self._back = None
        self.show_queries(())

    def end(self) -> None:
        """The question was asked: it stands among the others now."""
        self.ask.line.clear()
        self.ask.hide()
        self.unfold()
        if self._back is not None:
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)

    def unfold(self) -> None:
        self._area.setVisible(bool(self.list.exchanges))
        self._name_fold()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as its exchanges need, up to a limit: the step below keeps its room."""
        layout = self.list.layout()
        if layout is not None and not self._area.isHidden():
            needed = layout.totalHeightForWidth(max(self.width() - 12, 200))
            self._area.setFixedHeight(min(HIGHEST, needed + 4))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self._area.isHidden():
            self._turn()
        else:
            super().keyPressEvent(event)

    def _on_cancelled(self) -> None:
        self.ask.hide()
        self.setVisible(bool(self.list.exchanges))
        if self._back is not None:
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn(self) -> None:
        if self._area.isHidden():
            self.unfold()
        else:
            self._area.hide()
            self._name_fold()

    def _name_fold(self) -> None:
        sign = "▸" if self._area.isHidden() else "▾"
        self.fold.setText(f"{sign} {self._words}")


def _answer(query: DataQuery) -> str:
    """Under which name the words are kept that are typed on a question."""
    return f"answer.{query.id}"


def _asked_by(query: DataQuery, names: Mapping[str, str]) -> str:
    when = instant(query.opened_at)
    if query.rule:
        text = tr("Asked by the rule {rule}, {when}, entered by {who}")
        who = names.get(query.opened_by, query.opened_by)
        return text.format(rule=query.rule, when=when, who=who)
    return tr("Asked by {who}").format(who=_who(names, query.opened_by, when))


def _who(names: Mapping[str, str], login: str, when: str) -> str:
    return tr("{who}, {when}").format(who=names.get(login, login), when=when)


def _age(query: DataQuery) -> str:
    if query.closed:
        return ""
    days = data_queries.age(query, clock.today())
    return data_queries.age_text(days)
