"""docs/validation.md leads from every clause to a promise, and from every promise to tests that exist."""

import re
from pathlib import Path

import pytest

import main

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "validation.md").read_text("utf-8")
ALL = {f"R{number}" for number in range(1, 19)}
CLAUSES = (
    *(f"21 CFR 11.10({letter})" for letter in "abcdeg"),
    *(f"21 CFR 11.{section}" for section in (50, 70, 200, 300)),
    "ICH E6(R3) 4.",
    "45 CFR 164.312(a)",
    "45 CFR 164.312(b)",
    "45 CFR 164.312(c)",
    "45 CFR 164.312(d)",
)


def table(title):
    """The rows of the table under a heading, each as its cells, without the title row and its line."""
    section = TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


PROMISES = table("What the program promises, and the tests")
MAPPED = table("Clause to requirement")


def proofs(id, module):
    found = re.findall(r"^def (test_r\d\d_\w+)", (ROOT / module).read_text("utf-8"), re.MULTILINE)
    return [name for name in found if name.startswith(f"test_r{int(id[1:]):02}_")]


def test_every_promise_is_there_once_in_order():
    assert [row[0] for row in PROMISES] == [f"R{number}" for number in range(1, 19)]
    for _id, promise, _tests in PROMISES:
        assert promise.endswith(".")


@pytest.mark.parametrize(
    ("id", "modules"), [(row[0], row[2]) for row in PROMISES], ids=[row[0] for row in PROMISES]
)
def test_every_named_module_exists_and_holds_a_test_of_that_promise(id, modules):
    named = re.findall(r"`(tests/[\w/]+\.py)`", modules)
    assert named
    for module in named:
        assert (ROOT / module).is_file(), module
        assert proofs(id, module), f"{module} has no test of {id}"


def test_every_module_that_is_named_after_a_promise_is_listed():
    listed = " ".join(row[2] for row in PROMISES)
    for path in (ROOT / "tests" / "reliability").glob("test_r[0-9][0-9]_*.py"):
        assert path.relative_to(ROOT).as_posix() in listed


def test_every_clause_leads_to_promises_that_exist():
    for clause, asked, requirements in MAPPED:
        named = set(requirements.split(", "))
        assert named <= ALL, clause
        assert named, clause
        assert asked.endswith("."), clause
    clauses = [row[0] for row in MAPPED]
    assert len(set(clauses)) == len(clauses)
    for wanted in CLAUSES:
        assert any(clause.startswith(wanted) for clause in clauses), wanted


def test_every_promise_serves_a_clause():
    assert {named for row in MAPPED for named in row[2].split(", ")} == ALL


def test_every_heading_of_the_contents_exists():
    headings = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
    linked = re.findall(r"\]\(#([\w-]+)\)", TEXT)
    assert linked
    assert set(linked) <= anchors


@pytest.mark.parametrize("command", ["validate", "verify"])
def test_the_commands_that_it_names_exist(command, capsys):
    assert f" {command} " in TEXT
    with pytest.raises(SystemExit) as left:
        main.main([command, "--help"])
    assert left.value.code == 0
    assert command in capsys.readouterr().out
