"""Importing patients from a CSV: a preview row by row, then all of it or nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHeaderView, QVBoxLayout, QWidget

from core import clock, imports
from core.acts import importing
from core.errors import AppError
from core.findings import duplicates, eligibility
from core.imports import Import
from core.imports.csv_table import DECIMALS, ENCODINGS, SEPARATORS, Written, WrittenHow
from core.imports.patients_csv import Preview, Row
from core.model.ids import PatientId
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.words import MISSING, N_, plural
from ui.context import AppContext
from ui.models.table import Column, TableModel
from ui.pages.page import Page
from ui.widgets import ask
from ui.widgets.basics import button, card, column, label, row, set_chip
from ui.widgets.basics import chip as make_chip
from ui.widgets.responsive import Columns, Flow
from ui.widgets.table import Table
from ui.words import tr


def _problem_words(one: Row) -> str:
    return " ".join(
        f"{problem.column}: {problem.message}" if problem.column else problem.message
        for problem in one.problems
    )


def _with_criteria(one: Row) -> Row:
    """With a note of every criterion that the patient does not fulfil, who is imported all the same."""
    protocol = protocols.find(one.patient) if one.patient else None
    if one.patient is None or protocol is None:
        return one
    record = PatientRecord(patient=one.patient, external=one.external)
    words = tr("{criterion}; here {value}: not fulfilled.")
    notes = (
        words.format(criterion=eligibility.requirement(state.criterion), value=state.value)
        for state in eligibility.evaluate(record, protocol)
        if state.fails
    )
    return replace(one, notes=(*one.notes, *notes))


def _with_alike(one: Row, found: Mapping[PatientId, tuple[str, ...]]) -> Row:
    """With a note for everybody, of the clinic or earlier in the file, who may be the same person."""
    words = tr("The same person? {why}")
    why = found.get(one.patient.id, ()) if one.patient else ()
    return replace(one, notes=(*one.notes, *(words.format(why=each) for each in why)))


def _with_questions(one: Row) -> Row:
    """With what can hardly be meant among its notes, first."""
    asked = (f"{question.column}: {question.message}" for question in one.questions)
    return replace(one, notes=(*asked, *one.notes))


class _HowWritten(QWidget):
    """The choices that only a person can make about a file, each shown once it is asked.

    ``on_chosen`` is called when one is made.
    """

    def __init__(self, on_chosen: Callable[[], None]) -> None:
        super().__init__()
        questions = {
            "encoding": tr("In which of these are the letters right?"),
            "separator": tr("What separates the cells?"),
            "decimal": tr("What separates the decimals?"),
        }
        self.boxes = {name: QComboBox() for name in questions}
        self._lines: dict[str, QWidget] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for name, question in questions.items():
            box = self.boxes[name]
            box.setAccessibleName(question)
            box.setPlaceholderText(tr("Choose…"))
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.activated.connect(on_chosen)
            line = QWidget()
            line.setLayout(row(label(question, "field-label"), box, None))
            line.hide()
            layout.addWidget(line)
            self._lines[name] = line

    def written(self) -> Written:
        """What has been chosen."""
        return Written(**{name: box.currentData() for name, box in self.boxes.items()})

    @property
    def is_asking(self) -> bool:
        return not all(line.isHidden() for line in self._lines.values())

    def ask(self, name: str, choices: Mapping[str, str]) -> None:
        """Show a question with its choices, by what each of them means; one that is shown stays as it is."""
        if not self._lines[name].isHidden():
            return
        box = self.boxes[name]
        for value, words in choices.items():
            box.addItem(words, value)
        box.setCurrentIndex(-1)
        self._lines[name].show()
        box.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear(self) -> None:
        """Ask nothing: another file comes."""
        for name, box in self.boxes.items():
            box.clear()
            self._lines[name].hide()


def _choices(question: WrittenHow) -> Mapping[str, str]:
    """What can be chosen, each with what the file then says."""
    if question.asked == "separator":
        return {value: f"{SEPARATORS[value]}: {text}" for value, text in question.samples.items()}
    return {
        value: f"{text}   ({value.capitalize()}, {ENCODINGS[value]})"
        for value, text in question.samples.items()
    }


COLUMNS: tuple[Column[Row], ...] = (
    Column(N_("Line"), lambda r: str(r.line), right=True),
    Column(N_("Patient"), lambda r: r.record_number or MISSING),
    Column(
        N_("Will be created, or what is wrong"),
        lambda r: _problem_words(r) if r.problems else ", ".join(r.will_create),
        tip=lambda r: "\n".join([*(f"{p.column}: {p.message}" for p in r.problems), *r.notes]),
    ),
    Column(N_("Notes"), lambda r: " ".join(r.notes), tip=lambda r: "\n".join(r.notes)),
    Column(
        N_("Check"),
        lambda r: tr("to fix") if r.problems else tr("ready"),
        chip=lambda r: "bad" if r.problems else "good",
    ),
)


class ImportPage(Page):
    """Nothing is written until it is confirmed, and nothing at all while a row is wrong."""

    topic = "import"
    shows = frozenset({"definition"})

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.preview: Preview | None = None
        self._path: Path | None = None
        self.model = TableModel(COLUMNS)
        self.table = Table(self.model, row_height=50)  # two lines
        self.table.fix_widths({0: 60, 1: 100, 3: 200, 4: 100}, tight={0: 48, 1: 70, 3: 130, 4: 84})
        self.table.setAccessibleName(tr("Rows of the file"))
        rows = self.table.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        rows.setMinimumSectionSize(40)
        self._file = label("", "muted", wrap=True)
        self._verdict = make_chip("", "neutral")
        self._verdict.hide()
        self._ignored = label("", "question-note", wrap=True)
        self._ignored.hide()
        self.kind = imports.IMPORTS[0]
        self._title = label("", "title")
        self._help = label("", "muted", wrap=True)
        self.choose = button(tr("Choose file…"), self._choose, primary=True)
        self.confirm = button(tr("Import"), self._confirm, primary=True)
        self.confirm.setEnabled(False)
        self.save = self.confirm
        cancel = button(tr("Cancel"), self._cancel)
        self.protocol = QComboBox()
        self.protocol.setAccessibleName(tr("Visit schedule of these patients"))
        self._show_schedules("")
        self.protocol.activated.connect(self._read_again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(14)
        top = row(self._title)
        top.addLayout(Flow(self._verdict, self.choose, right=True), 1)
        layout.addLayout(column(top, self._file, spacing=2))
        self.how_written = _HowWritten(self._read_again)
        rows_card = card(self._help, self.how_written, self._ignored, self.table)
        inside = rows_card.layout()
        assert inside is not None
        inside.setAlignment(self.how_written, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(rows_card, 1)
        schedule = label(tr("Visit schedule of these patients"), "muted")
        self.right = QCheckBox()  # what is asked about
        self.right.toggled.connect(self._on_right)
        self.right.hide()
        layout.addWidget(self.right)
        of_all, acts = QWidget(), QWidget()
        of_all.setLayout(row(schedule, self.protocol, None))
        acts.setLayout(row(None, cancel, self.confirm))
        layout.addWidget(Columns(of_all, acts, fixed={}))
        self._show_kind(self.kind)

    def _show_kind(self, kind: Import) -> None:
        self.kind = kind
        self._title.setText(tr(kind.title))
        self._help.setText(tr(kind.hint))
        self._show(None)

    def refresh(self) -> None:
        """What is previewed stays until it is imported or cancelled."""
        self._show_schedules(self.protocol.currentData() if self.preview is not None else "")
        if self.preview is not None and self._is_of_an_older_version(self.preview):
            self._read()

    def _show_schedules(self, chosen: str) -> None:
        """What the patients can be put on: the one that was chosen, else the clinic's, in front."""
        self.protocol.clear()
        for protocol in protocols.newest().values():
            self.protocol.addItem(protocol.title, protocol.id)
        usual = protocols.of_new_patients(self.context.session.clinic).id
        self.protocol.setCurrentIndex(self.protocol.findData(chosen or usual))

    def _is_of_an_older_version(self, preview: Preview) -> bool:
        """Whether there is a newer version by now of the schedule that the rows were read for."""
        newest = protocols.newest()[self.protocol.currentData()].version
        return any(one.patient and one.patient.protocol_version != newest for one in preview.rows)

    def focus_first(self) -> None:
        target = self.confirm if self.confirm.isEnabled() else self.choose
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_file(self, path: Path) -> None:
        """Read another file and show what would come of it."""
        self._path = path
        self.how_written.clear()
        self._read()

    def _read(self) -> None:
        """Read the file as it is said to be written, or ask how it is."""
        if self._path is None:
            return
        session = self.context.session
        protocol = protocols.newest()[self.protocol.currentData()]
        numbers, written = session.patients.record_numbers(), self.how_written.written()
        try:
            preview = self.kind.read(self._path, numbers, protocol, clock.today(), written)
        except WrittenHow as question:
            self._show(None)
            self._file.setText(str(question))
            self._help.hide()
            self.how_written.ask(question.asked, _choices(question))
            return
        except AppError as error:
            self._show(None)
            self.context.told.emit(str(error))
            return
        self._show(preview)
        if preview.decimal_is_open:
            self.how_written.ask("decimal", DECIMALS)

    def _on_right(self, confirmed: bool) -> None:
        if self.preview is not None and self.preview.confirmed != confirmed:
            self._show(replace(self.preview, confirmed=confirmed))

    def _read_again(self) -> None:
        if self.preview is not None or self.how_written.is_asking:
            self._read()

    def _show(self, preview: Preview | None) -> None:
        self.preview = preview
        self.right.setChecked(preview is not None and preview.confirmed)
        rows = (
            tuple(_with_questions(_with_criteria(one)) for one in preview.rows) if preview else ()
        )
        known = self.context.session.patients.all() if rows else ()
        found = duplicates.among([one.patient for one in rows if one.patient], known)
        rows = tuple(_with_alike(one, found) for one in rows)
        self.model.show_rows(rows)
        self.table.setVisible(bool(rows))
        self._help.setVisible(not rows)
        self.choose.setProperty("primary", "false" if rows else "true")
        self._verdict.setVisible(preview is not None)
        self.table.setColumnHidden(3, not any(one.notes for one in rows))
        wrong = sum(bool(one.problems) for one in rows)
        to_look_at = len(preview.questions) if preview is not None and not preview.problems else 0
        self.right.setText(
            plural(
                to_look_at,
                "I have looked at the 1 question: the value is right as it is",
                "I have looked at the {n} questions: the values are right as they are",
            )
        )
        self.right.setVisible(bool(to_look_at))
        if preview is not None and to_look_at and not preview.confirmed:
            text = plural(
                to_look_at, "1 improbable value to look at", "{n} improbable values to look at"
            )
            set_chip(self._verdict, text, "warn")
        elif preview is not None and preview.ready:
            text = plural(len(rows), "1 row, ready", "{n} rows, all ready")
            if found:
                asked = plural(len(found), "1 may be the same person", "{n} may be the same person")
                text = f"{text}; {asked}"
            set_chip(self._verdict, text, "warn" if found else "good")
        elif preview is not None:
            text = plural(
                wrong,
                "1 row to fix, nothing will be imported",
                "{n} rows to fix, nothing will be imported",
            )
            set_chip(self._verdict, text, "bad")
        self._file.setText(
            tr("{file}: fix what is wrong in the file and choose it again.").format(
                file=preview.file_name
            )
            if preview and preview.problems
            else preview.file_name
            if preview
            else tr("Choose a file; you will see every row before anything is written.")
        )
        ignored = preview.ignored_columns if preview else ()
        self._ignored.setText(tr("Not imported: {columns}").format(columns=", ".join(ignored)))
        self._ignored.setVisible(bool(ignored))
        self.confirm.setEnabled(preview is not None and preview.ready)
        text = plural(len(rows), "Import 1 patient", "Import {n} patients")
        if found:
            text = tr("{act} anyway").format(act=text)
        self.confirm.setText(text if preview and preview.ready else tr("Import"))

    def _choose(self) -> None:
        kinds = {tr(one.title): one for one in imports.IMPORTS}
        if len(kinds) > 1:
            kind = ask.one_of(self, tr("Import"), tr("What is in the file?"), kinds)
            if kind is None:
                return
            self._show_kind(kind)
        files = tr("{kind} ({patterns});;All files (*)").format(
            kind=tr(self.kind.files_called), patterns=self.kind.files
        )
        path, _kind = QFileDialog.getOpenFileName(self, tr(self.kind.choosing), "", files)
        if path:
            self.open_file(Path(path))
            if not self.how_written.is_asking:
                self.focus_first()

    def _confirm(self) -> None:
        if self.preview is None or not self.preview.ready or not self.context.backing_up.before():
            return
        with self.context.saving():
            importing.import_patients(self.context.session, self.preview, self.kind.reason)
            self._leave()
            self.context.show_page.emit("patients")

    def _leave(self) -> None:
        self.how_written.clear()
        self._show(None)

    def _cancel(self) -> None:
        self._leave()
        self.context.show_page.emit("patients")
