"""Words are ready for languages: nothing is translated at import, every table is translated where it is looked up."""

import ast
import dataclasses
import gettext
import io
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from core import clock, exports, labels, words
from core.acts import data_queries, documents, signing
from core.findings import plausibility
from core.findings.alerts import definition as alerts
from core.forms import catalog as forms
from core.instruments import catalog as instruments
from core.labels import SEX
from core.model import measurement, thresholds
from core.model.document import About, OfUsers
from core.model.patient import Sex
from core.model.user import Role
from core.protocols import catalog as protocols
from core.science import lung_function
from core.session import Session
from core.views import trail_words
from core.words import N_, Words, _, plural
from tests.core import clinic_of_four
from tests.core.clinic_of_four import LOGIN
from tests.core.examples import enter_visit

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


# Texts of shipped definitions: they are translated when they are read, and the seam is their class.

SHIPPED = {
    "forms": forms.shipped,
    "instruments": instruments.versions,
    "protocols": protocols.shipped,
    "measurements": measurement.kinds,
    "thresholds": thresholds.shipped,
    "alerts": lambda: vars_of(alerts.shipped()),
    "plausibility": plausibility.shipped,
    "equations": lung_function.equations,
}
# Texts of a definition that nobody reads as words, or that no language may change.
DATA = {
    "id": "what is stored",
    "version": "what is stored",
    "code": "what is stored, or what a standard calls it",
    "default": "a choice, or what would be typed",
    "sdtm domain dictionary form within function unit_from group refuses_by": "a name of something",
    "action topic signs threshold measure status slot place requires found": "a name of something",
    "number": "of a question",
    "citation": "a paper, as it is cited everywhere",
    "start end ongoing field plot_by grade by level": "fields",
    "key": "of the keyboard",
    "title short when text": "of a question or an answer: the instrument's published words",
}
NAMES = {name for names in DATA for name in names.split()}
# A title of these is no word: an equation's is its name; a question's is of the published instrument.
AS_PUBLISHED = {("Item", "title"), ("Item", "short"), ("Item", "when"), ("Equation", "title")}
AS_PUBLISHED |= {("instruments.Choice", "text")}


def vars_of(one):
    return {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}


def parts(one):
    """Every definition within a value."""
    if isinstance(one, dict):
        for inner in one.values():
            yield from parts(inner)
    elif isinstance(one, tuple):
        for inner in one:
            yield from parts(inner)
    elif dataclasses.is_dataclass(one):
        yield one
        for field in dataclasses.fields(one):
            yield from parts(getattr(one, field.name))


def named(one, name):
    kind = type(one).__name__
    return (
        (kind, name) if kind != "Choice" else (f"{type(one).__module__.split('.')[1]}.Choice", name)
    )


@pytest.mark.parametrize("shipped", SHIPPED.values(), ids=SHIPPED)
def test_every_text_of_a_shipped_definition_is_translated_where_it_is_read(marked, shipped):
    seen = 0
    for one in parts(dict(shipped())):
        shown = words.shown_fields(type(one))
        for field in dataclasses.fields(one):
            text = getattr(one, field.name)
            if field.name in shown:
                written = words.as_written(one, field.name)
                texts = [text] if isinstance(text, str) else list(text)
                assert all(each == "" or each.startswith("«") for each in texts), (one, field.name)
                assert (text == written) is (not written)
                seen += bool(written)
            elif type(text) is str and named(one, field.name) not in AS_PUBLISHED:
                assert field.name in NAMES - {"title", "short", "when", "text"}, (
                    f"{type(one).__name__}.{field.name}: Shown, or data?"
                )
    assert seen


def test_the_words_of_a_published_questionnaire_are_those_of_its_file(marked):
    """A translated instrument is a version of its own, in a file of its own: it was validated, a catalogue was not."""
    alsfrs_r = instruments.alsfrs_r()
    speech = alsfrs_r.items[0]
    assert (speech.title, speech.choices[0].text) == ("Speech", "Normal speech processes")
    assert alsfrs_r.domains[0].title.startswith("«") and speech.help.startswith("«")


def test_what_is_remembered_is_remembered_by_language(marked):
    from core.findings.alerts.measures import measures

    assert measures()["weight_loss"].title == "«Weight loss»···"
    before = words.speak(gettext.NullTranslations())
    assert measures()["weight_loss"].title == "Weight loss"
    words.speak(before)


def test_a_clinics_own_text_is_shown_as_it_is_written():
    class Small(gettext.NullTranslations):
        def gettext(self, message):
            return {"Medicine": "Arznei"}.get(message, message)

    before = words.speak(Small())
    try:
        medicine = forms.newest()["medicine"]
        assert medicine.title == "Arznei" and medicine.plural == "Medicines"
        assert dataclasses.replace(medicine, title="Salbe").title == "Salbe"
    finally:
        words.speak(before)


# What is data is the same in every language.


@pytest.fixture
def visited(session, patient):
    """A patient with one finished visit."""
    return enter_visit(
        session,
        patient,
        clock.today() - timedelta(days=1),
        scores=(4, 4, 3, 3, 3, 3, 4, 3, 3, 4, 4, 4),
        blows=(2910, 2880, 2850),
        weight_kg=63.5,
        new_events=False,
    )


def text_of(made):
    """The bytes of what was made; of a ZIP (a workbook is one) those of all files in it."""
    if not zipfile.is_zipfile(io.BytesIO(made)):
        return made
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


@pytest.mark.parametrize("document", exports.EXPORTS, ids=lambda one: one.id)
def test_what_leaves_as_data_is_the_same_in_every_language(
    session, patient, visited, document, tmp_path
):
    choice = "medicine" if document.id.startswith("form") else ""
    about = About(patient_id=patient.id, choice=choice)
    if document.of is OfUsers:  # asks when the recovery code was made, of the key file
        key = clinic_of_four.make(tmp_path / "users.als")
        with closing(Session(tmp_path / "users.als", key, LOGIN[Role.ADMINISTRATOR])) as users:
            made_of = documents.source(users, document, about)
    else:
        made_of = documents.source(session, document, about)
    english = document.make(made_of)
    before = words.speak(Marked())
    try:
        assert document.make(made_of) == english
        assert _("Sex") == "«Sex»···"  # the window's words are what they were
    finally:
        words.speak(before)
    assert english and "«".encode() not in text_of(english)


def test_a_signature_is_made_of_values_and_never_of_words(session, patient, visited, marked):
    foreign = signing.data_hash(session.record(patient.id), visited.id)
    before = words.speak(gettext.NullTranslations())
    assert signing.data_hash(session.record(patient.id), visited.id) == foreign
    words.speak(before)


def test_the_program_s_own_reasons_are_stored_in_english_and_shown_in_the_language(
    session, patient, visited, marked
):
    place = data_queries.patient_places()[0]
    data_queries.ask(session, patient.id, visited.id, place, "Is this right?")
    entry = session.trail.entries(limit=1)[0]
    assert entry.reason == "query asked"
    assert trail_words.why(entry) == "«query asked»···"
