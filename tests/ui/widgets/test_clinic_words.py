"""The clinic's words of adverse events in the settings."""

from PySide6.QtWidgets import QLabel, QPushButton

from core.acts import dictionaries
from core.model import terms
from tests.core.imports.test_dictionaries import (  # noqa: F401  the fixture
    LLT,
    meddra_files,
    no_dictionaries,
)
from tests.ui.keyboard import settle


def card(shell):
    shell.show_page("settings")
    shell.page("settings").choose("words")
    settle()
    return shell.page("settings").words


def lines(words):
    return [one.text() for one in words.findChildren(QLabel)]


def test_a_synonym_is_added_seen_and_removed(shell):
    words = card(shell)
    words.word.line.setText("air hunger")
    words.term.line.setText("no such term")
    words.add.click()
    assert words.said.text() == "“no such term” is no term of CTCAE. Choose one."
    words.term.line.setText("dyspnea")
    words.add.click()
    assert "air hunger means Dyspnea" in lines(words)
    assert terms.proposals("air hunger")[0].name == "Dyspnea"
    (remove,) = (b for b in words.findChildren(QPushButton) if b.text() == "Remove")
    remove.click()
    settle()
    assert terms.proposals("air hunger") == ()


def test_a_dictionary_is_imported_or_its_fault_is_said(shell, tmp_path):
    words = card(shell)
    words.take(meddra_files(tmp_path), dictionaries.import_meddra)
    assert words.said.text() == "Type the version of the dictionary first."
    words.version.line.setText("29.1")
    words.take(tmp_path / "llt.asc", dictionaries.import_meddra)
    assert words.said.text() == "Imported: 3 terms."
    assert any(line.startswith("MedDRA, version 29.1: 3 terms") for line in lines(words))
    words.version.line.setText("30")
    (tmp_path / "llt.asc").write_text(LLT.replace("$", ";"), "utf-8")
    words.take(tmp_path / "llt.asc", dictionaries.import_meddra)
    assert words.said.text().startswith("llt.asc, line 1: ")
