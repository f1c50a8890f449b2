"""The clinic's own words for terms of adverse events, and the dictionaries that it imported: a card of the settings."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QFileDialog, QWidget

from core.acts import dictionaries
from core.entry import Problem
from core.errors import AppError
from core.model import terms
from core.model.dictionary import Dictionary
from core.model.user import Right
from core.session import Session
from core.words import instant
from ui.context import AppContext
from ui.widgets.basics import button, card, clear, column, label, row
from ui.widgets.fields import TextField
from ui.widgets.responsive import Flow
from ui.words import tr

Import = Callable[[Session, Path, str], Dictionary]


class ClinicWords(QWidget):
    """``said`` tells what was added or imported, or why nothing was."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        session = context.session
        self._enters, self._imports = session.may(Right.ENTER), session.may(Right.CLINIC)
        self.word = TextField(tr("What people say"), width=200)
        self.term = TextField(tr("Term of CTCAE"), width=260)
        names = QCompleter([term.name for term in terms.ctcae().values()], self)
        names.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        names.setFilterMode(Qt.MatchFlag.MatchContains)
        self.term.line.setCompleter(names)
        self.add = button(tr("Add the synonym"), self.add_synonym)
        self.version = TextField(tr("Version of the dictionary"), width=160)
        self.ctcae = button(tr("Import the CTCAE workbook…"), self._ask_ctcae)
        self.meddra = button(tr("Import MedDRA (llt.asc)…"), self._ask_meddra)
        self.said = label("", wrap=True)
        self._lines = column(spacing=4)
        entry, imports = QWidget(), QWidget()
        entry.setLayout(Flow(self.word, self.term, self.add, spacing=10))
        imports.setLayout(Flow(self.version, self.ctcae, self.meddra, spacing=10))
        how = tr(
            "A synonym proposes its term when an adverse event is entered. MedDRA needs the clinic's own licence;"
            " its import was tried with invented rows only."
        )
        self.setLayout(
            column(
                card(
                    label(tr("Words of adverse events"), "heading"),
                    label(how, "muted", wrap=True),
                    self._lines,
                    entry,
                    imports,
                    self.said,
                )
            )
        )
        entry.setVisible(self._enters)
        imports.setVisible(self._imports)
        self.said.hide()
        self.show_all()

    def show_all(self) -> None:
        session = self._context.session
        clear(self._lines)
        for synonym in session.synonyms.all():
            text = tr("{word} means {term}").format(word=synonym.text, term=synonym.term)
            remove = button(tr("Remove"), partial(self._remove, synonym.text), link=True)
            remove.setAccessibleName(tr("Remove the synonym {word}").format(word=synonym.text))
            line = row(label(text, wrap=True), *((remove,) if self._enters else ()))
            line.setStretch(0, 1)
            self._lines.addLayout(line)
        for one in session.dictionaries.all():
            text = tr("{kind}, version {version}: {n} terms, imported {when}").format(
                kind=_KINDS[one.kind], version=one.version, n=one.terms, when=instant(one.added_at)
            )
            self._lines.addWidget(label(text, wrap=True))

    def add_synonym(self) -> None:
        session = self._context.session
        found = dictionaries.checked(session, self.word.text, self.term.text)
        if isinstance(found, Problem):
            self._say(found.message)
            return
        before = self._context.failures
        with self._context.saving():
            dictionaries.add(session, found)
        if self._context.failures == before:
            self.word.set_text("")
            self.term.set_text("")
            self._say(tr("Added: {word}").format(word=found.text))
            self.show_all()
            self.word.line.setFocus()

    def take(self, path: Path, imported: Import) -> None:
        """Import a dictionary, or say what is wrong with its file."""
        try:
            made = imported(self._context.session, path, self.version.text)
        except AppError as error:
            self._say(str(error))
        except OSError as error:
            text = tr("The file cannot be read: {why}.")
            self._say(text.format(why=error.strerror or tr("unknown reason")))
        else:
            self._say(tr("Imported: {n} terms.").format(n=made.terms))
            self.version.set_text("")
            self.show_all()

    def _remove(self, text: str) -> None:
        with self._context.saving():
            dictionaries.remove(self._context.session, text)
        self.show_all()

    def _ask_ctcae(self) -> None:
        self._ask(tr("Import the CTCAE workbook"), "*.xlsx", dictionaries.import_ctcae)

    def _ask_meddra(self) -> None:
        self._ask(tr("Import MedDRA"), "llt.asc", dictionaries.import_meddra)

    def _ask(self, title: str, files: str, imported: Import) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, title, "", files)
        if name:
            self.take(Path(name), imported)

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.show()


_KINDS = {"ctcae": "CTCAE", "meddra": "MedDRA"}
