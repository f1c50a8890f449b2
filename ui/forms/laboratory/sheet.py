"""The laboratory table: tests × earlier samples and the one that is entered, with its keys and its footer."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QVBoxLayout, QWidget

from core.entering.laboratory import LabEntry, Panels
from core.entry import CLEARED, Problem, Severity, as_shown
from core.labels import NOT_DONE
from core.laboratory import catalog, pasting
from core.laboratory.definition import Test
from core.laboratory.grading import Proposal
from core.model.assessment import NotDone
from core.model.laboratory import LabResult
from core.views import laboratory as views
from core.words import month_of, plural
from ui import theme
from ui.context import AppContext
from ui.forms.laboratory.paste import PasteDialog
from ui.forms.laboratory.places import NARROW
from ui.forms.laboratory.row import HeadRow, LabRow
from ui.widgets.ask import AskDialog
from ui.widgets.basics import answered, button, clear, column, label, let_go, row
from ui.widgets.fields import Line, TextField
from ui.words import tr


class LabSheet(QWidget):
    """Every value is saved as its field is left. ``accepted`` carries a result and the grade that becomes an event."""

    saved = Signal()
    edited = Signal()
    ended = Signal()  # Enter in the last field
    accepted = Signal(object, object)  # LabResult, Proposal

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._entry: LabEntry | None = None
        self._panels: Panels = ()
        self._title = ""
        self._enters = True
        self._units: dict[str, str] = {}
        self._doubted: tuple[str, str] | None = None  # a test and the text that was asked about
        self.rows: dict[str, LabRow] = {}
        self.head = HeadRow()
        self._count = label("", "muted")
        self.rest = button(tr("Rest not done…"), self._ask_rest)
        self.rest.setProperty("small", "true")
        self._lines = QVBoxLayout()
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(0)
        self._inner = QWidget()
        self._inner.setLayout(column(self._lines, None, spacing=0))
        self._inner.setObjectName("scrolled")
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self._inner)
        self._reasons = QVBoxLayout()
        self._reasons.setContentsMargins(0, 0, 0, 0)
        self._reasons.setSpacing(2)
        self._keys = label(
            tr(
                "Enter next test · - not done · < 0.5 below the limit · / comment · U change the unit · A accept the"
                " grade · Ctrl+V paste the laboratory’s list"
            ),
            "small",
            wrap=True,
        )
        self.foot = QFrame()
        end = row(self._keys, self._count, self.rest, spacing=12)
        end.setStretch(0, 1)
        self.foot.setLayout(column(self._reasons, end, spacing=2))
        bar = QWidget()
        bar.setLayout(row(self.head))
        bar.setContentsMargins(0, 0, 10, 0)  # as the scroll bar below it
        self.setLayout(column(bar, self.area, self.foot, spacing=4))

    # What is shown.

    def begin(self, entry: LabEntry, panels: Panels, title: str, *, enters: bool) -> None:
        """Show a sample: these panels of it, and whatever else was entered of it."""
        self._entry, self._title, self._enters = entry, title, enters
        shown = _with_entered(panels, entry)
        if shown != self._panels or not self.rows:
            self._panels = shown
            self._make_rows()
        self.show_all()

    def show_all(self) -> None:
        """What the file has now, and what is typed and no value yet."""
        entry = self._entry
        if entry is None:
            return
        table = self._show_table()
        texts = entry.texts
        for shown in table.rows:
            one = self.rows[shown.test.id]
            if one.line.isModified() and one.line.hasFocus():
                continue  # typing goes on
            text = texts.get(shown.test.id, "")
            one.show_text(as_shown(text) if text else shown.text, typed=bool(text))
            one.show_problem(self._problem(shown.test, text) if text else None)

    def _show_table(self) -> views.Table:
        entry = self._entry
        assert entry is not None
        sheet = entry.sheet
        references = {
            test.id: sheet.reference(test) for _panel, tests in self._panels for test in tests
        }
        sample = entry.sample
        table = views.table(
            entry.record,
            self._panels,
            sheet.results,
            references,
            (sample.taken_on, sample.taken_at, self._title),
            self._units,
        )
        words = tr("Since {month}; band: reference, line: {line}")
        if table.reference_on is None:
            words = tr("Since {month}; band: reference")
        since = words.format(month=month_of(table.since), line=tr("infusion"))
        self.head.show_heads(table.before, table.now, since)
        for shown in table.rows:
            self.rows[shown.test.id].show_row(shown, (table.since, table.until), table.reference_on)
        done = sum(shown.result is not None for shown in table.rows)
        text = tr("{done} of {all} entered · {rest} to go")
        left = len(table.rows) - done
        self._count.setText(text.format(done=done, all=len(table.rows), rest=left))
        self.rest.setEnabled(bool(left) and self._enters)
        self._show_reasons(views.reasoning(entry.record, sheet.results))
        numbers = any(one.value is not None for one in sheet.results.values())
        if sample.laboratory is None and numbers:
            text = tr("No laboratory is said, so that no value can be judged. Choose it above.")
            self._reasons.addWidget(label(text, "question-note", wrap=True))
        return table

    def _make_rows(self) -> None:
        clear(self._lines)
        self.rows = {}
        entry = self._entry
        assert entry is not None
        empty = views.table(
            entry.record, self._panels, {}, {}, (entry.sample.taken_on, None, ""), {}
        )
        for panel, rows in empty.groups:
            head = label(panel.title, "lab-panel")
            self._lines.addWidget(head)
            for shown in rows:
                one = LabRow(shown)
                one.line.setReadOnly(not self._enters)
                one.line.left.connect(partial(self._leave, one))
                one.line.returnPressed.connect(partial(self._enter, one))
                one.line.textEdited.connect(self.edited)
                one.command.connect(partial(self._on_command, one))
                one.line.arrived.connect(partial(self._arrive, one))
                self.rows[shown.test.id] = one
                self._lines.addWidget(one)

    def _show_reasons(self, found: Sequence[views.Reasoning]) -> None:
        clear(self._reasons)
        for one in found:
            head = label(one.headline, "problem" if one.urgent else "question-note", wrap=True)
            head.setProperty("strong", "true")
            text = label(one.text, "muted", wrap=True)
            if self.width() < theme.px(NARROW):
                self._reasons.addWidget(head)
                self._reasons.addWidget(text)
            else:
                head.setWordWrap(False)
                line = row(head, text, spacing=18)
                line.setStretch(1, 1)
                self._reasons.addLayout(line)

    # The keyboard.

    def lines(self) -> dict[str, Line]:
        """The fields, by the names under which their text is kept."""
        return {f"laboratory.value.{test}": one.line for test, one in self.rows.items()}

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_area()

    def _fit_area(self) -> None:
        """In a small window the page scrolls: then the table is as high as it is."""
        narrow = self.width() < theme.px(NARROW)
        high = self._inner.sizeHint().height() if narrow else 0
        if self.area.minimumHeight() != high:
            self.area.setMinimumHeight(high)

    def focus_first(self) -> None:
        """The first test with no result."""
        open_ones = (one for one in self.rows.values() if one.row.result is None)
        found = next(open_ones, next(iter(self.rows.values()), None))
        if found is not None:
            found.line.setFocus(Qt.FocusReason.TabFocusReason)

    def focus_test(self, test: str) -> bool:
        if test not in self.rows:
            return False
        self.rows[test].line.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def commit(self) -> None:
        """Save what stands in fields that were not left yet."""
        for one in self.rows.values():
            if one.line.isModified():
                self._store(one)

    @property
    def typed(self) -> dict[str, str]:
        """What is typed and not saved, by test."""
        found = {test: one.line.typed for test, one in self.rows.items() if one.line.isModified()}
        return {test: text for test, text in found.items() if text}

    def _arrive(self, one: LabRow) -> None:
        self._fit_area()  # its line is higher in a small window
        self.area.ensureWidgetVisible(one, 0, theme.px(40))

    def _leave(self, one: LabRow) -> None:
        if one.line.isModified():
            self._store(one)

    def _enter(self, one: LabRow) -> None:
        """Enter: save and go on. What is not plausible is asked about once, and kept the second time."""
        asked = self._doubted == (one.test.id, one.line.text())
        if (one.line.isModified() or asked) and not self._store(one, keep=asked):
            one.line.selectAll()
            return
        self._go(one, 1, past_end=True)

    def _go(self, one: LabRow, by: int, *, past_end: bool = False) -> None:
        every = list(self.rows.values())
        at = every.index(one) + by
        if 0 <= at < len(every):
            every[at].line.setFocus(Qt.FocusReason.TabFocusReason)
        elif past_end:
            self.ended.emit()

    def _on_command(self, one: LabRow, command: str) -> None:
        match command:
            case "up" | "down":
                self._go(one, -1 if command == "up" else 1)
            case "paste":
                self._paste(one.line)
            case "U":
                self._next_unit(one)
            case "A":
                self._accept(one)
            case "-" if self._enters:
                self._ask_not_done(one)
            case "/" if self._enters:
                self._ask_comment(one)

    # Saving.

    def _store(self, one: LabRow, *, keep: bool = False) -> bool:
        """Save what a field says; False where it is no value, which is said and kept as it was typed."""
        entry = self._entry
        if entry is None or not self._enters:
            return True
        text, failures = one.line.text(), self._context.failures
        problem: Problem | None = None
        with self._context.saving():
            unit = self._units.get(one.test.id, one.row.unit)
            problem = entry.enter(one.test, text, unit=unit, keep=keep)
        if self._context.failures != failures:
            return False
        asks = problem is not None and problem.severity is Severity.QUESTION
        self._doubted = (one.test.id, text) if asks else None
        one.line.setModified(False)
        table = self._show_table()
        if problem is None:
            shown = next(row for row in table.rows if row.test.id == one.test.id)
            one.show_text(shown.text, typed=False)
        one.show_problem(problem)
        self.saved.emit()
        return problem is None

    def _problem(self, test: Test, text: str) -> Problem | None:
        """What is wrong with a text that was kept."""
        entry = self._entry
        if entry is None or text == CLEARED:
            return None
        found = entry.sheet.result(test, text, unit=self._units.get(test.id, ""))
        return found if isinstance(found, Problem) else None

    def _next_unit(self, one: LabRow) -> None:
        """Read and enter the test in its next unit. What is typed and not saved stays as it is, and means that unit."""
        units = [unit.unit for unit in one.test.units]
        if not units:
            return
        at = units.index(one.row.unit) if one.row.unit in units else -1
        self._units[one.test.id] = units[(at + 1) % len(units)]
        typed = one.line.text() if one.line.isModified() else None
        table = self._show_table()
        shown = next(row for row in table.rows if row.test.id == one.test.id)
        if typed is None:
            one.show_text(shown.text, typed=False)
            one.line.selectAll()

    def _accept(self, one: LabRow) -> None:
        """The grade that is proposed becomes an event to be judged; nothing is saved by that."""
        if one.line.isModified() and not self._store(one):
            return
        result, proposal = one.row.result, one.row.proposal
        if self._enters and isinstance(result, LabResult) and isinstance(proposal, Proposal):
            self.accepted.emit(result, proposal)

    def _ask_not_done(self, one: LabRow) -> None:
        self._reason_menu([one.test], one.line.mapToGlobal(QPoint(0, one.line.height())))

    def _ask_rest(self) -> None:
        tests = [one.test for one in self.rows.values() if one.row.result is None]
        tests = [test for test in tests if not self.rows[test.id].line.text().strip()]
        self._reason_menu(tests, self.rest.mapToGlobal(QPoint(0, self.rest.height())))

    def _reason_menu(self, tests: Sequence[Test], at: QPoint) -> None:
        """Why tests were not done: one of the reasons, by the arrows or its first letter."""
        if not tests:
            return
        menu = QMenu(self)
        what = tests[0].title if len(tests) == 1 else plural(len(tests), "1 test", "{n} tests")
        title = menu.addAction(tr("{what} not done:").format(what=what))
        title.setEnabled(False)
        for why, words in NOT_DONE.items():
            menu.addAction(words, partial(self.say_not_done, tests, why))
        menu.setActiveAction(menu.actions()[1])
        menu.exec(at)
        let_go(menu)

    def say_not_done(self, tests: Sequence[Test], why: NotDone) -> None:
        entry = self._entry
        if entry is None:
            return
        last = self.rows[tests[-1].id]
        with self._context.saving():
            entry.say_not_done(tests, why)
            self._doubted = None
            for test in tests:
                self.rows[test.id].line.setModified(False)
            self.show_all()
            self.saved.emit()
        if len(tests) == 1:
            self._go(last, 1)

    def _ask_comment(self, one: LabRow) -> None:
        """A comment on a result that is there."""
        entry, result = self._entry, one.row.result
        if one.line.isModified() and not self._store(one):
            return
        result = one.row.result
        if entry is None or result is None:
            one.show_problem(Problem(tr("Type the value first: a comment belongs to one.")))
            return
        field = TextField(tr("Comment"))
        field.set_text(result.note)
        title = one.test.title
        dialog = _CommentDialog(self, title, views.full_text(result), field)
        if answered(dialog):
            with self._context.saving():
                entry.comment(one.test, field.text.strip())
                self._show_table()
                self.saved.emit()
        one.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _paste(self, line: Line) -> None:
        """A list goes into the table after it was looked at; anything else into the field."""
        text = QGuiApplication.clipboard().text()
        if not pasting.looks_like_a_list(text):
            line.paste()
        elif self._enters:
            self.take_list(text)

    def take_list(self, text: str) -> None:
        """Show what a list says, and take what is understood once it was agreed to."""
        entry = self._entry
        if entry is None:
            return
        dialog = PasteDialog(self, entry.sheet, pasting.pasted(text))
        if not answered(dialog):
            return
        with self._context.saving():
            entry.write(dialog.results)
            for one in self.rows.values():
                one.line.setModified(False)
            self.begin(entry, self._panels, self._title, enters=self._enters)
            self.saved.emit()


class _CommentDialog(AskDialog):
    """A comment may be emptied."""

    def agree(self) -> None:
        self.accept()


def _with_entered(panels: Panels, entry: LabEntry) -> Panels:
    """The panels with every test that has a result, or a text, of this sample; each in the panel that it is of."""
    wanted = {*entry.sheet.results, *entry.texts}
    asked = {panel.id: {test.id for test in tests} for panel, tests in panels}
    found = []
    for panel in catalog.panels().values():
        mine = asked.get(panel.id, set()) | (wanted & {*panel.tests})
        tests = tuple(catalog.tests()[id_] for id_ in panel.tests if id_ in mine)
        if tests:
            found.append((panel, tests))
    return tuple(found)
