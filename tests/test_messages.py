"""The template of a translation holds every message: those of the code, and every text of the shipped definitions."""

import ast
import gettext
import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from core import labels, words
from core.model import thresholds
from core.words import Words
from scripts import write_messages
from scripts.write_messages import Message, NotAMessage, in_source
from tests.languages import marked, mirrored

ROOT = Path(words.__file__).parents[1]
# What a person reads of a definition, by its key; what an instrument asks comes in a TOML of its language.
READ = {
    "title",
    "several",
    "help",
    "ask",
    "example",
    "row",
    "say",
    "text",
    "consider",
    "remark",
    "source",
    "group",
}
READ |= {"short", "first_title", "reference", "rater_help", "notes", "unit"}
OF_INSTRUMENTS = {"items"}  # their help alone is ours
CONDITIONS = {"when", "show_if", "values"}  # fields, and what they hold


@pytest.fixture(scope="module")
def found():
    return write_messages.messages()


def texts_of(table, keys):
    for key, value in table.items():
        if key in CONDITIONS:
            continue
        inner = value if isinstance(value, list) else [value]
        if key in keys:
            yield from (one for one in inner if isinstance(one, str))
        for one in inner:
            if isinstance(one, dict):
                yield from texts_of(one, {"help"} if key in OF_INSTRUMENTS else keys)


def keys_of(path):
    match path.parent.name:
        case "forms":
            return READ - {"group"}
        case "equations":
            return {"notes"}
        case "laboratory":  # units, their factors and CTCAE's own wording are no words of ours
            return {"title", "when_low", "why_low"}
    return READ


DEFINITIONS = [
    path
    for path in sorted((ROOT / "resources").rglob("*.toml"))
    if path.parent.name != "styles"
    and path.name not in ("signs.toml", "procedures.toml")  # no words are shown of these
]


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.name)
def test_every_text_of_a_shipped_definition_is_in_the_template(found, path):
    shown = set(texts_of(tomllib.loads(path.read_text("utf-8")), keys_of(path)))
    assert shown
    assert shown - {message.text for message in found} == set()


def test_every_message_of_the_code_is_in_the_template(found):
    """By the words themselves, however they are written: whatever a function of the seam is called with."""
    called = re.compile(r"\b(?:_|tr|N_)\(\s*\"((?:[^\"\\]|\\.)*)\"\s*\)")
    texts, seen = {message.text for message in found}, 0
    for folder in ("core", "ui"):
        for path in (ROOT / folder).rglob("*.py"):
            for text in called.findall(path.read_text("utf-8")):
                if text:
                    seen += 1
                    assert ast.literal_eval(f'"{text}"') in texts, (path, text)
    assert seen > 1000


def test_every_table_of_words_is_in_the_template(found):
    for name, table in vars(labels).items():
        inner = [table] if isinstance(table, Words) else []
        inner += table.values() if name == "OF" else []
        for one in inner:
            if not isinstance(one, Words):
                assert not any(re.search("[a-z]{2}", text) for text in one.values()), (name, one)
                continue
            assert set(filter(None, one.values())) <= {message.text for message in found}, name
    assert Message(thresholds.STATUS["DESIGN"]) in found
    assert Message("May", context="month") in found and Message("Sunday") in found


def test_each_way_to_write_a_message_is_found():
    source = (
        'a = _("one" " sentence")\n'
        'b = tr("yes" if x else "no")\n'
        'c = N_("marked")\n'
        'd = words.plural(n, "1 visit", "{n} visits")\n'
        "e = tr(title)\n"
        'f = _("")\n'
    )
    texts = [message for _line, message in in_source(source, "x.py")]
    assert sorted(texts) == sorted(
        [
            *map(Message, ("one sentence", "yes", "no", "marked")),
            Message("1 visit", "{n} visits"),
        ]
    )


@pytest.mark.parametrize(
    "source",
    ['_(f"{n} visits")', 'tr("Start " + title)', "plural(n, *both)", 'N_("%s" % name)'],
)
def test_what_no_translation_can_reach_is_refused_with_its_line(source):
    with pytest.raises(NotAMessage, match=r"^x\.py:2: "):
        list(in_source(f"import a\nb = {source}\n", "x.py"))


def test_the_template_reads_back_as_the_messages(found, tmp_path):
    text = write_messages.template(found)
    told = [
        json.loads(line.partition(" ")[2])
        for line in text.splitlines()
        if line.startswith("msgid ")
    ]
    assert told == ["", *(message.text for message in found)]
    several = [json.loads(x) for x in re.findall(r"^msgid_plural (.*)$", text, re.MULTILINE)]
    assert several == [message.many for message in found if message.many]
    assert "#: resources/forms/medicine.toml:" in text and "/home" not in text
    if shutil.which("msgfmt"):
        (tmp_path / "x.pot").write_text(text, "utf-8")
        done = subprocess.run(
            ["msgfmt", "--check-format", "-o", str(tmp_path / "x.mo"), str(tmp_path / "x.pot")],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr


def test_a_message_keeps_its_names_in_every_language(found):
    for message in found:
        for text in filter(None, (message.text, message.many)):
            assert re.findall(r"\{[^{}]*\}", marked(text)) == re.findall(r"\{[^{}]*\}", text)


def test_a_catalogue_is_found_and_spoken_where_it_lies(found, tmp_path):
    """As CONTRIBUTING says: one file in a folder of the language."""
    from tests import languages

    spoken = mirrored()
    assert spoken.gettext("Medicine") == "\u200f[Ɱéđíçíñé···]".replace("Ɱ", "Ṁ")
    folder = tmp_path / "fa" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "als-follow-up.mo").write_bytes(languages.compiled())
    there = gettext.translation("als-follow-up", tmp_path, languages=["fa"])
    before = words.speak(there)
    try:
        assert words.right_to_left() and words._("Medicine") == spoken.gettext("Medicine")
        assert words.plural(3, "1 query", "{n} queries").startswith("\u200f[3 ")
    finally:
        words.speak(before)
    assert not words.right_to_left()


def test_a_message_is_no_longer_than_it_says():
    assert marked("Save") == "\u200f[Šáνé··]" and marked(" (of {n})") == " \u200f[(óƒ {n})··]"
