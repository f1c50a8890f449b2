"""CONTRIBUTING's table of what to touch is true: one or two files a row, which are there, and which suffice."""

import ast
import re
import shutil
from pathlib import Path

import pytest

from core import resources
from core.convert import read_listed
from core.findings import plausibility, quality
from core.findings.alerts import definition as alerts
from core.forms import catalog as forms
from core.instruments import catalog as instruments
from core.model import thresholds
from core.model.measurement import MeasurementKind
from core.protocols import catalog as protocols
from core.science import lung_function

ROOT = Path(__file__).parents[1]
PATH = re.compile(r"`([\w./]+/[\w./]*)`")


def table():
    """What there is to add, by its words: the number of files, and what to touch."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    lines = text[text.index("| to add | files | touch |") :].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {what: (int(files), touch) for what, files, touch in cells}


ROWS = table()


def touched(what):
    """The files and folders that a row asks for in every case."""
    return PATH.findall(re.split("[;:]", ROWS[what][1])[0])


def test_the_table_is_read():
    assert len(ROWS) > 15
    assert touched("a printed document") == ["core/reports/", "core/reports/__init__.py"]


@pytest.mark.parametrize("what", ROWS)
def test_a_row_asks_for_one_file_or_two_and_says_so(what):
    files, _touch = ROWS[what]
    assert files == len(set(touched(what))) <= 2


@pytest.mark.parametrize("what", ROWS)
def test_every_path_of_a_row_is_there(what):
    for path in PATH.findall(ROWS[what][1]):
        assert (ROOT / path).is_dir() if path.endswith("/") else (ROOT / path).is_file(), path


def test_the_rows_that_follow_are_in_the_table():
    asked = {path for what in ROWS for path in touched(what)}
    assert {f"resources/{folder}/" for folder, _read in FOLDERS} <= asked
    assert {f"resources/{file}" for file, _name, _read in LISTS} <= asked


def _equations(folder):
    return [lung_function.read(path) for path in folder.glob("*.toml")]


FOLDERS = [
    ("instruments", instruments.load),
    ("forms", forms.load),
    ("protocols", protocols.load),
    ("reference/equations", _equations),
]


@pytest.mark.parametrize(("folder", "read"), FOLDERS)
def test_a_file_in_the_folder_is_one_more(folder, read, tmp_path):
    """Nothing lists the files of these folders."""
    shutil.copytree(resources.path(folder), tmp_path / "copy")
    before = len(read(tmp_path / "copy"))
    assert before == len(list(resources.path(folder).glob("*.toml")))
    one = next(resources.path(folder).glob("*.toml"))
    text = re.sub(
        r'^id = "(.*)"$', r'id = "\1x"', one.read_text("utf-8"), count=1, flags=re.MULTILINE
    )
    (tmp_path / "copy" / f"{one.stem}x.toml").write_text(text, "utf-8")
    assert len(read(tmp_path / "copy")) == before + 1


LISTS = [
    ("thresholds.toml", "thresholds", thresholds.read),
    ("alerts.toml", "alerts", lambda path: alerts.read(path).alerts),
    ("plausibility.toml", "questions", plausibility.read),
    ("quality.toml", "measures", quality.read),
    (
        "measurements.toml",
        "measurements",
        lambda path: read_listed(path, "measurements", MeasurementKind),
    ),
]


@pytest.mark.parametrize(("file", "name", "read"), LISTS)
def test_a_table_in_the_file_is_one_more(file, name, read, tmp_path):
    text = resources.path(file).read_text("utf-8")
    last = text[text.rindex(f"\n[[{name}]]") :]
    copy = tmp_path / file
    copy.write_text(
        text + re.sub(r'^id = "(.*)"$', r'id = "\1x"', last, count=1, flags=re.MULTILINE), "utf-8"
    )
    assert len(read(copy)) == len(read(resources.path(file))) + 1


@pytest.mark.parametrize("registry", ["reports", "exports", "imports"])
def test_an_entry_of_a_registry_leads_to_files_of_its_folder(registry):
    """That the entry and the file suffice is shown by `tests/ui/test_made_up_documents.py`."""
    folder = ROOT / "core" / registry
    tree = ast.parse((folder / "__init__.py").read_text("utf-8"))
    made_by = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == f"core.{registry}"
        for alias in node.names
    }
    assert made_by, "its entries are made by files"
    for module in made_by:
        room = folder / module / "__init__.py"  # of one that is made by several files
        assert (folder / f"{module}.py").is_file() or room.is_file()


def test_a_tab_of_a_chart_is_named_by_its_file_and_by_the_list_of_tabs():
    folder = ROOT / "ui" / "pages" / "chart"
    tree = ast.parse((folder / "tabs.py").read_text("utf-8"))
    listed = {
        alias.name: node.module.rpartition(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module != "ui.pages.chart.tab"
        for alias in node.names
    }
    assert len(listed) > 5
    for name, module in listed.items():
        naming = {path.name for path in (ROOT / "ui").rglob("*.py") if _names(path, name)}
        assert naming == {f"{module}.py", "tabs.py"}, name


def _names(path, name):
    """Whether a file of Python names this, as a name of the module that has the tab."""
    tree = ast.parse(path.read_text("utf-8"))
    imported = any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("ui.pages.chart")
        and any(alias.name == name for alias in node.names)
        for node in ast.walk(tree)
    )
    made = path.parent.name == "chart" and any(
        isinstance(node, ast.Assign | ast.FunctionDef) and name in _bound(node)
        for node in tree.body
    )
    return imported or made


def _bound(node):
    if isinstance(node, ast.FunctionDef):
        return {node.name}
    return {target.id for target in node.targets if isinstance(target, ast.Name)}
