"""The house stays one that can be read: no class, function or folder grows beyond what fits in a head."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = [
    ROOT / "main.py",
    *sorted((ROOT / "core").rglob("*.py")),
    *sorted((ROOT / "ui").rglob("*.py")),
]
MOST_METHODS, MOST_LINES, MOST_LINES_OF_A_FUNCTION, MOST_FILES = 40, 500, 60, 15
# Folders with more files side by side, each with the reason.
WIDE = {
    "core/entering/visit": "one file a part of a visit; a step is found by its name",
    "core/entering": "one file a thing that is entered, beside the pieces that they share",
    "core/model": "one file a noun; a noun is found by its name",
    "core/acts": "one file a kind of act",
    "core/reports": "one file a document, as the registry lists them",
    "core/store": "one file a store, beside the few that open the file",
    "core/views/stack": "one file a kind of row of a chart: what it is, and where it is placed",
    "core/views": "one file a page's words, read by screen and paper alike",
    "ui": "the window and what every page is given; pages, forms and widgets have folders of their own",
    "ui/forms": "one file a step of a visit, with the pieces that only steps use",
    "ui/pages": "one file a page",
    "ui/pages/chart": "one file a tab, with the pieces that only tabs use",
    "ui/widgets": "one file a piece that several pages use",
}


def _parts(kind):
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, kind):
                yield f"{path.relative_to(ROOT).as_posix()}: {node.name}", node


def _lines(node):
    return node.end_lineno - node.lineno + 1


def test_no_class_has_more_methods_or_lines_than_fit_in_a_head():
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = {
        name: (methods, _lines(node))
        for name, node in _parts(ast.ClassDef)
        if (methods := sum(isinstance(one, functions) for one in node.body)) > MOST_METHODS
        or _lines(node) > MOST_LINES
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen():
    functions = _parts((ast.FunctionDef, ast.AsyncFunctionDef))
    assert {
        name: _lines(node) for name, node in functions if _lines(node) > MOST_LINES_OF_A_FUNCTION
    } == {}


def _folders():
    found = {}
    for path in FILES:
        if path.name not in {"main.py", "__init__.py"}:
            folder = path.parent.relative_to(ROOT).as_posix()
            found[folder] = found.get(folder, 0) + 1
    return found


def test_a_folder_with_many_files_has_a_reason():
    many = {folder for folder, count in _folders().items() if count > MOST_FILES}
    assert many == set(WIDE), (
        "a new one needs its reason, or rooms of its own; one that shrank none"
    )
