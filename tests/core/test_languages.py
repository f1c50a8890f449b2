"""Words are ready for languages: nothing is translated at import, every table is translated where it is looked up."""

import ast
import gettext
import subprocess
import sys
from pathlib import Path

import pytest

from core import labels, words
from core.labels import SEX
from core.model.patient import Sex
from core.words import N_, Words, _, plural

ROOT = Path(words.__file__).parents[1]
IMPORT_EVERYTHING = """
import gettext, importlib, pkgutil
asked = []
for name in ("gettext", "ngettext", "pgettext"):
    whole = getattr(gettext.NullTranslations, name)
    def recorded(self, *words, whole=whole):
        asked.append(words)
        return whole(self, *words)
    setattr(gettext.NullTranslations, name, recorded)
import core, ui
for package in (core, ui):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
assert not asked, asked
assert core.words._("a") == "a" and asked == [("a",)]
"""


class Marked(gettext.NullTranslations):
    """A language in which every word is marked and longer, and which has a plural form of its own for two."""

    def gettext(self, message):
        return f"«{message}»···"

    def ngettext(self, one, many, n):
        return f"«{one if n == 1 else many}»···" if n != 2 else "«a pair»"

    def pgettext(self, context, message):
        return f"«{message} ({context})»"


@pytest.fixture
def marked():
    before = words.speak(Marked())
    yield
    words.speak(before)


def test_nothing_is_translated_when_modules_are_imported(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EVERYTHING],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_language_is_spoken_from_one_moment_to_the_next(marked):
    assert _("Sex") == "«Sex»···" and _("") == ""
    assert plural(1, "1 visit", "{n} visits") == "«1 visit»···"
    assert plural(3, "1 visit", "{n} visits") == "«3 visits»···"
    assert plural(2, "1 visit", "{n} visits") == "«a pair»"
    assert words.month_name(5) == "«May (month)»"
    english = words.speak(gettext.NullTranslations())
    assert _("Sex") == "Sex"
    words.speak(english)


def test_a_table_of_words_is_translated_where_it_is_looked_up():
    table = Words({1: N_("one"), 2: N_("two")})
    assert list(table.values()) == ["one", "two"]
    before = words.speak(Marked())
    try:
        assert table[1] == "«one»···" and list(table.values()) == ["«one»···", "«two»···"]
        assert table.get(3, "-") == "-" and 2 in table and len(table) == 2
        assert SEX[Sex.FEMALE] == "«female»···"
    finally:
        words.speak(before)
    assert table[1] == "one"


def tables():
    return {name: table for name, table in vars(labels).items() if isinstance(table, Words)}


def test_every_table_of_labels_follows_the_language(marked):
    assert len(tables()) > 20
    for name, table in tables().items():
        for text in table.values():
            assert text == "" or text.startswith("«"), name


BENT = {"lower", "upper", "capitalize", "title", "swapcase"}
TRANSLATED = {"_", "tr", "plural"}


def bent(tree):
    """Lines on which a translated word is bent: ``_("…").lower()``, ``SEX[…].capitalize()``."""
    names = set(tables()) | {"FULFILMENT", "VERDICT", "KINDS", "STATUS"}
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        word = call.func.value
        said = isinstance(word, ast.Call) and getattr(word.func, "id", "") in TRANSLATED
        said |= isinstance(word, ast.Call) and getattr(word.func, "id", "") == "why_not"
        said |= isinstance(word, ast.Subscript) and getattr(word.value, "id", "") in names
        if call.func.attr in BENT and said:
            yield call.lineno


def test_no_translated_word_is_bent():
    """Capital letters belong to a language: where a sentence begins with it there is a word of its own."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for folder in ("core", "ui")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in bent(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []
