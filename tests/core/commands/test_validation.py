"""The validation of an installation: it passes here, and says FAILED wherever something was changed."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest

import main
from core import resources
from core.commands.validation import (
    clinic_file,
    installation,
    manifest,
    paper,
    reference,
    statistics,
)
from core.commands.validation.checks import Found, Planned, carry_out, once
from core.errors import StorageError
from core.model.validation import Check, Part, Validation
from core.reports import validation as report
from core.science.statistics.fit import NoFit
from core.store import self_check
from core.store.migrations import newest
from scripts import write_manifest

ROOT = Path(__file__).resolve().parents[3]
RUN_S = 240
TABLE = "reference/gli_2012_fvc.csv"
FORMS = "validation/staging_vectors.csv"


@pytest.fixture(scope="module")
def filed(tmp_path_factory):
    """What the command says about this installation, and the report that it leaves."""
    out = tmp_path_factory.mktemp("validation") / "report.pdf"
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = main.main(["validate", str(out)])
    return code, said.getvalue(), out


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    return clinic_file.prepare(tmp_path_factory.mktemp("scene"))


@pytest.fixture
def copied(tmp_path):
    """The program once more, where a test may change it; and how to let it validate itself."""
    for name in ("core", "resources", "docs"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in ("main.py", "LICENSE"):
        shutil.copyfile(ROOT / name, tmp_path / name)

    def validate():
        done = subprocess.run(
            [sys.executable, "main.py", "validate", "report.pdf"],
            cwd=tmp_path,
            env={name: text for name, text in os.environ.items() if "DISPLAY" not in name},
            capture_output=True,
            encoding="utf-8",
            timeout=RUN_S,
        )
        assert "Traceback" not in done.stderr
        return done

    return tmp_path, validate


def pages(pdf):
    """The text of every page, with white space (a line end among it) as single spaces."""
    document = pypdfium2.PdfDocument(pdf)
    texts = [" ".join(one.get_textpage().get_text_range().split()) for one in document]
    document.close()
    return texts


def failed(said):
    """The checks that the command named as failed, by what they are about."""
    lines = [line for line in said.splitlines() if " FAILED: " in line and ". Found: " in line]
    return {line.partition(" FAILED: ")[2].partition(". Found: ")[0] for line in lines}


def planned(scene_of):
    """The checks on the clinic file and on paper, by what they are about."""
    both = [*clinic_file.checks(scene_of), *paper.checks(scene_of)]
    return {one.what: one for one in both}


def carried_out(one):
    (check,) = carry_out(Part.CLINIC_FILE, [one])
    return check


def a_validation(*checks):
    return Validation(
        started_at=datetime(2026, 11, 22, 6, 0, tzinfo=UTC),
        seconds=8.2,
        facts=(("Workstation", "clinic-1"),),
        checks=checks,
    )


def a_check(**changes):
    values = {
        "id": "OQ-A01",
        "part": Part.REFERENCE,
        "what": "ALSFRS-R totals",
        "basis": "Cedarbaum 1999",
        "expected": "21 rows",
        "found": "21 rows",
        "passed": True,
    }
    return Check(**{**values, **changes})


# This installation


def test_this_installation_passes(filed):
    code, said, _out = filed
    assert failed(said) == set()
    assert code == 0
    assert "checks, all of them passed" in said


def test_the_report_says_so_on_page_one_and_is_to_be_signed(filed):
    texts = pages(filed[2].read_bytes())
    assert "PASSED" in texts[0]
    assert "all of them passed" in texts[0]
    assert "FAILED" not in " ".join(texts)
    for words in ("Performed by", "Reviewed by", "Signature", "Date"):
        assert words in texts[-1]
    whole = " ".join(texts)
    for words in (newest(), "SQLCipher", "GLI-2012", "NHANES-III", "ECSC-1993", "MiToS"):
        assert words in whole
    for part in ("IQ-01", "OQ-A01", "OQ-B01", "OQ-C01"):
        assert part in whole


def test_the_report_holds_no_patient_and_no_folder_of_this_machine(filed):
    whole = " ".join(pages(filed[2].read_bytes()))
    for word in (*clinic_file.PLANTED, str(Path.home()), str(filed[2].parent), str(ROOT)):
        assert word not in whole


def test_a_report_is_never_written_over(filed, capsys):
    _code, _said, out = filed
    before = out.read_bytes()
    assert main.main(["validate", str(out)]) == 1
    said = capsys.readouterr()
    assert said.err == (
        "The file report.pdf exists already. Give another name, or delete it first.\n"
    )
    assert out.read_bytes() == before


def test_a_folder_that_is_not_there_is_said_before_anything_is_checked(tmp_path, capsys):
    assert main.main(["validate", str(tmp_path / "nowhere" / "report.pdf")]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith("There is no folder ")


# A changed installation


def test_a_changed_table_fails_by_its_digest_and_by_its_numbers(copied):
    folder, validate = copied
    table = folder / "resources" / TABLE
    text = table.read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("male,18,"))
    sex, age, *splines = line.split(",")
    wrong = ",".join([sex, age, *(str(float(one) + 0.01) for one in splines)])
    table.write_text(text.replace(line, wrong), "utf-8")
    done = validate()
    whole = " ".join(pages((folder / "report.pdf").read_bytes()))
    assert done.returncode == 1
    assert failed(done.stdout) >= {
        "Every shipped file is the released one (SHA-256)",
        "GLI-2012: L, M and S",
        "GLI-2012: predicted, LLN and ULN",
    }
    assert "ALSFRS-R: total and the four domains" not in failed(done.stdout)  # the others went on
    assert "checks FAILED: IQ-01" in whole
    assert TABLE in whole
    assert "OQ-C03" in whole


def test_a_wrong_checked_value_fails_also_where_the_list_was_rewritten(copied):
    folder, validate = copied
    forms = folder / "resources" / FORMS
    forms.write_text(
        forms.read_text("utf-8").replace(",48,12,12,12,12,", ",47,12,12,12,12,"), "utf-8"
    )
    listed = folder / "resources" / "validation" / manifest.FILE
    digests = {name: digest for name, digest in manifest.present().items() if name != FORMS}
    listed.write_text(manifest.text_of({**digests, FORMS: manifest._digest(forms)}), "utf-8")
    done = validate()
    whole = " ".join(pages((folder / "report.pdf").read_bytes()))
    assert done.returncode == 1
    assert failed(done.stdout) == {"ALSFRS-R: total and the four domains"}
    assert "104 of 105 values; first in line 2: total is “47”, computed “48”" in done.stdout
    assert "checks FAILED: OQ-A01." in whole


def test_a_program_that_lacks_a_part_of_itself_says_so_in_one_sentence(copied):
    folder, validate = copied
    (folder / "core" / "reports" / "qr.py").unlink()
    done = validate()
    assert (done.returncode, done.stdout) == (1, "")
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("This installation is not complete (")
    assert sentence.endswith(": install the program again.")
    assert not (folder / "report.pdf").exists()


# What each part would notice


def test_the_lists_of_files_and_libraries_are_those_of_this_checkout():
    again = "run python -m scripts.write_manifest"
    assert manifest.listed() == manifest.present(), again
    versions = resources.path("validation", manifest.VERSIONS).read_text("utf-8")
    assert versions == write_manifest.versions(), again


def test_every_library_that_the_program_names_is_locked_and_listed():
    named = {name.lower() for name in manifest.libraries()}
    assert {"numpy", "pyside6-essentials", "sqlcipher3", "reportlab", "pandas"} <= named
    assert all(manifest.libraries().values())


def test_shipped_files_are_the_same_bytes_on_every_system():
    attributes = (ROOT / ".gitattributes").read_text("utf-8")
    assert "/resources/** -text" in attributes.splitlines()


def test_every_row_of_every_checked_file_is_computed():
    rows = {}
    for vectors in reference._all():
        of = [row for _line, row in reference._rows(vectors.file)]
        chosen = [r for r in of if not vectors.where or r[vectors.where[0]] == vectors.where[1]]
        assert len(chosen) == vectors.count, vectors.what
        rows.setdefault(vectors.file, set()).update(map(str, chosen))
    files = {path.name for path in resources.path("validation").glob("*.csv")}
    # what the statistics are computed from
    assert files - set(rows) == {"stats_vectors.csv", "survival_data.csv"}
    for file, seen in rows.items():
        assert len(seen) == len({str(row) for _line, row in reference._rows(file)}), file


def test_a_library_of_another_version_fails(tmp_path):
    (one,) = [p for p in installation.checks(tmp_path) if p.what == "reportlab"]
    assert carried_out(one).passed
    other = installation._library("reportlab", ("4.0.0",))
    assert (other.passed, other.words) == (False, "5.1.0")
    assert not installation._library("no-such-library", ("1",)).passed


def test_a_check_that_breaks_off_fails_in_one_sentence_and_stops_no_other():
    def refuse():
        raise StorageError("The disk is full: nothing was saved.")

    def break_off():
        return 1 / 0

    def pass_():
        return Found("well", passed=True)

    looks = (refuse, break_off, pass_)
    plan = [Planned(what="x", basis="R3", expected="y", look=look) for look in looks]
    done = list(carry_out(Part.INSTALLATION, plan))
    assert [(check.id, check.passed) for check in done] == [
        ("IQ-01", False),
        ("IQ-02", False),
        ("IQ-03", True),
    ]
    assert done[0].found == "The disk is full: nothing was saved."
    assert done[1].found == "The check could not be carried out (ZeroDivisionError)."


def test_without_a_clinic_file_every_check_on_one_fails_and_says_why():
    tries = []

    def prepare():
        tries.append(1)
        raise StorageError("The disk is full: nothing was saved.")

    plan = planned(once(prepare))
    done = [carried_out(one) for one in plan.values() if one.look is not paper._blanks]
    assert len(done) > 20
    assert {(check.passed, check.found) for check in done} == {
        (False, "The disk is full: nothing was saved.")
    }
    assert tries == [1]


def test_r13_the_self_check_finds_a_file_whose_trail_was_not_followed(scene, tmp_path):
    path = clinic_file._copied(scene.path, tmp_path / "falsified.als")
    self_check.falsify_an_answer(path, scene.key)
    plan = planned(lambda: replace(scene, path=path))
    whole = carried_out(plan["The audit trail is whole, and every row is what it says"])
    assert not whole.passed
    assert "of the audit trail says" in whole.found
    same = carried_out(plan["A visit entered answer by answer is the same when opened again"])
    assert (same.passed, same.found) == (False, "not equal")


def test_r13_the_self_check_does_not_take_today_for_an_older_file(scene, tmp_path):
    path = clinic_file._copied(scene.path, tmp_path / "today.als")
    plan = planned(lambda: replace(scene, path=path, earlier=path))
    check = carried_out(plan["An older copy of the file is found by a code printed later"])
    assert (check.passed, check.found) == (False, "not found")


def test_r10_the_self_check_finds_a_name_in_a_file_beside(scene, tmp_path):
    path = clinic_file._copied(scene.path, tmp_path / "clinic.als")
    plan = planned(lambda: replace(scene, path=path))
    check = plan["Names and remarks are readable in no file on the disk"]
    assert carried_out(check).passed
    (tmp_path / "recent.txt").write_text(f"last: {clinic_file.PLANTED[0]}", "utf-16-le")
    assert not carried_out(check).passed


def test_r09_the_self_check_finds_a_recovery_code_that_does_not_open(scene, tmp_path):
    path = clinic_file._copied(scene.path, tmp_path / "clinic.als")
    code = scene.recovery_code
    other = replace(scene, path=path, recovery_code=code[5:] + code[4::-1])
    check = carried_out(
        planned(lambda: other)["The recovery code opens, and is replaced by its use"]
    )
    assert not check.passed
    assert "recovery code" in check.found


# The report


def test_a_failed_check_is_named_on_page_one_and_heavy_in_its_table():
    checks = [a_check(), a_check(id="OQ-A02", found="20 rows", passed=False)]
    (text,) = pages(report.render(a_validation(*checks)))
    assert "1 of 2 checks FAILED: OQ-A02. Do not enter patients before this is settled." in text
    assert text.index("FAILED") < text.index("OQ-A01")
    assert "20 rows FAILED" in text


def test_a_run_without_checks_has_not_passed():
    assert not a_validation().passed
    assert a_validation(a_check()).passed


def test_statistics_are_those_of_r_and_another_value_is_found(monkeypatch):
    of_r = [one for one in reference._all() if one.file == "statistics_by_r.csv"]
    planned = {one.what for one in of_r}
    chosen = [one for one in reference.checks() if one.what in planned]
    assert len(chosen) == 9
    assert [one.what for one in chosen if not one.look().passed] == []
    right = statistics.value
    monkeypatch.setattr(statistics, "value", lambda *which: right(*which) + 2e-5)
    assert [one.what for one in chosen if one.look().passed] == []


def test_a_model_that_gives_no_number_fails_its_check(monkeypatch):
    statistics._computed.cache_clear()
    monkeypatch.setattr(statistics, "mixed_model", lambda *_rows: NoFit("Two optimisers disagree."))
    (one,) = [one for one in reference.checks() if one.basis == "lme4 1.1-31"]
    found = carried_out(one)
    statistics._computed.cache_clear()
    assert (found.passed, found.found) == (False, "Two optimisers disagree.")
