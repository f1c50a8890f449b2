"""The folder of a trial report: whole or not at all, the same to the byte, written down, and for whom it is."""

import csv
import hashlib
import io
import json
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2
import pytest
from PIL import Image

from core.acts import documents, trial_files, trial_report
from core.acts.notation import choose_days
from core.errors import AppError, FileExists, NotAllowed, StorageError
from core.model.document import About, TrialAsked
from core.model.trail import Act
from core.model.user import Role
from core.reports import named
from core.reports.trial import Report
from core.reports.trial.content import Column, Table
from core.session import Session
from core.views import trail_words
from core.words import DayStyle, day
from tests.core import clinic_of_four
from tests.core.clinic_of_four import LOGIN
from tests.core.reports import trial_study

UNTIL = trial_study.UNTIL
ASKED = TrialAsked(until=UNTIL)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return trial_study.clinic(tmp_path_factory.mktemp("four"))


@pytest.fixture
def as_role(made, tmp_path):
    opened = []

    def open_it(role=Role.NEUROLOGIST):
        path = tmp_path / "clinic.als"
        for one in opened:
            one.close()
        if not opened:
            clinic_of_four.copied(made[0], tmp_path)
        opened.append(Session(path, made[1], LOGIN[role]))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


def held(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def exported(session):
    return session.trail.entries(entity=Act.EXPORTED)


def test_the_folder_holds_pages_tables_figures_and_a_manifest_of_them(as_role, tmp_path):
    session = as_role()
    written = trial_report.write(session, tmp_path / "out", ASKED)
    files = held(tmp_path / "out")
    assert len(files) == written.files
    manifest = json.loads(files["manifest.json"])
    others = {name for name in files if not name.startswith("manifest.")}
    assert set(manifest["sha256"]) == others
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256(files[name]).hexdigest() == digest
        assert f"{digest}  {name}" in files["manifest.txt"].decode()
    head = session.trail.head_at(manifest["trail_entry"])
    assert (manifest["data_cut"], manifest["trail_head"]) == ("2019-06-01", head.code)
    assert (manifest["patients"], manifest["treated"]) == (17, 17)
    tables = {name.rpartition(".")[0] for name in files if name.startswith("tables/")}
    assert len(tables) == 13
    for name in tables:
        assert files[f"{name}.csv"] and files[f"{name}.xlsx"]
    figures = {name.rpartition(".")[0] for name in files if name.startswith("figures/")}
    assert len(figures) == 4
    for name in figures:
        with closing(pypdfium2.PdfDocument(files[f"{name}.pdf"])) as document:
            wide = document[0].get_width()
        assert ElementTree.fromstring(files[f"{name}.svg"]).tag.endswith("svg")
        with Image.open(io.BytesIO(files[f"{name}.png"])) as picture:
            assert round(picture.info["dpi"][0]) == 300
            assert abs(picture.width - wide * 300 / 72) < 2
    assert b"Infusions were given on 10 Mar 2014 (n 17)." in files["methods.txt"]


def test_the_trail_says_what_left_with_the_hash_of_the_manifest(as_role, tmp_path):
    session = as_role()
    written = trial_report.write(session, tmp_path / "out", ASKED)
    (entry, *_before) = exported(session)
    details = json.loads(entry.after)
    assert entry.actor == LOGIN[Role.NEUROLOGIST]
    assert details["manifest"] == written.manifest
    assert written.manifest == hashlib.sha256(held(tmp_path / "out")["manifest.json"]).hexdigest()
    assert (details["patients"], details["files"]) == (17, written.files)
    said = trail_words.what(entry, session.trail.names([entry]))
    assert said.startswith("exported: document trial report, data to 1 Jun 2019, as of entry ")
    text = b"".join(held(tmp_path / "out").values())
    assert b"Dr. Demo" not in text and LOGIN[Role.NEUROLOGIST].encode() not in text


def test_the_same_cut_of_the_same_entry_is_the_same_to_the_byte(as_role, tmp_path):
    """Whoever makes it, whenever, whatever was written since."""
    session = as_role()
    first = trial_report.write(session, tmp_path / "first", ASKED)
    entry = first.source.as_of.sequence
    assert held(tmp_path / "first") == held_again(session, tmp_path / "again", ASKED)
    patient = session.patients.all()[0]
    with session.write("corrected"):
        session.patients.save(replace(patient, stated_age_years=90))
    monitor = as_role(Role.MONITOR)
    then = held_again(monitor, tmp_path / "then", replace(ASKED, entry=entry))
    assert then == held(tmp_path / "first")
    assert held_again(monitor, tmp_path / "now", ASKED) != then
    earlier = replace(ASKED, entry=entry, until=date(2015, 6, 1))
    assert held_again(monitor, tmp_path / "earlier", earlier) != then


def test_an_older_entry_is_as_the_clinic_was_called_and_wrote_its_days_then(as_role, tmp_path):
    entry = trial_report.write(as_role(), tmp_path / "first", ASKED).source.as_of.sequence
    first = held(tmp_path / "first")
    session = as_role()
    choose_days(session, DayStyle.ISO)
    with session.write("moved"):
        moved = replace(session.clinic, name="Clinic by the lake", letterhead="1, Shore Road")
        session.clinics.save(moved)
    session = as_role()  # opened again
    assert held_again(session, tmp_path / "then", replace(ASKED, entry=entry)) == first
    assert day(UNTIL) == "2019-06-01", "the window writes as the clinic does now"
    now = held_again(session, tmp_path / "now", ASKED)
    assert now["methods.txt"] != first["methods.txt"]
    assert b"2019-06-01" in now["methods.txt"] and b"1 Jun 2019" in first["methods.txt"]


def test_an_older_entry_is_of_who_was_on_the_schedule_then(as_role):
    """Whoever was moved to another schedule since is still among them, and who came later is not."""
    session = as_role()
    entry = session.trail.last_change()
    one, other = session.patients.all()[:2]
    with session.write("moved"):
        session.patients.save(replace(one, protocol="routine", protocol_version="1"))

    def numbers(**asked):
        about = About(trial=replace(ASKED, schedule="royan-2021", **asked))
        found = documents.source(session, named("trial-report"), about)
        return {record.patient.record_number for record in found.records}

    assert one.record_number not in numbers() and other.record_number in numbers()
    assert {one.record_number, other.record_number} <= numbers(entry=entry)
    assert numbers(entry=entry) - numbers() == {one.record_number}


def held_again(session, folder, asked):
    trial_report.write(session, folder, asked)
    return held(folder)


@pytest.mark.parametrize("role", [Role.NURSE, Role.ADMINISTRATOR])
def test_it_is_for_the_neurologist_and_the_monitor(as_role, tmp_path, role):
    session = as_role(role)
    before = session.trail_head
    with pytest.raises(NotAllowed):
        trial_report.write(session, tmp_path / "out", ASKED)
    assert not (tmp_path / "out").exists() and session.trail_head == before
    document = named("trial-report")
    assert document not in documents.offered(session, document.of)
    assert document in documents.offered(as_role(Role.MONITOR), document.of)


def test_a_monitor_takes_the_pages_along(as_role):
    session = as_role(Role.MONITOR)
    pdf = documents.export(session, named("trial-report"), About(trial=ASKED))
    assert pdf.startswith(b"%PDF")
    assert json.loads(exported(session)[0].after)["document"] == trial_report.CALLED


def test_a_folder_that_is_there_is_never_touched(as_role, tmp_path):
    session = as_role()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    before = session.trail_head
    with pytest.raises(FileExists, match=r"There is already a .*out\. Choose another name"):
        trial_report.write(session, tmp_path / "out", ASKED)
    assert held(tmp_path / "out") == {"mine.txt": b"mine"} and session.trail_head == before
    with pytest.raises(StorageError, match="There is no folder"):
        trial_report.write(session, tmp_path / "nowhere" / "out", ASKED)


def test_a_failure_leaves_no_folder_and_the_trail_says_that_nothing_left(
    as_role, tmp_path, monkeypatch
):
    session, rename = as_role(), Path.rename

    def full(self, target):
        if Path(target).name == "out":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(StorageError, match="No space left on device"):
        trial_report.write(session, tmp_path / "out", ASKED)
    assert [path.name for path in tmp_path.iterdir() if "report" in path.name] == []
    assert not (tmp_path / "out").exists()
    last, first, *_before = exported(session)
    assert json.loads(last.after)["files"] == 0 and json.loads(first.after)["files"] > 0
    assert last.reason == "cancelled: nothing was saved"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"entry": 10**9}, r"The audit trail has no entry 1000000000\."),
        ({"schedule": "nope"}, r"There is no schedule “nope”\."),
        ({"schedule": "routine"}, r"No patient was on the schedule .*\."),
        ({"until": date(2999, 1, 1)}, r"1 Jan 2999 is still to come"),
        ({"until": date(1999, 1, 1)}, r"No patient was on the schedule .* on 1 Jan 1999\."),
    ],
)
def test_what_cannot_be_made_is_said_in_a_sentence(as_role, tmp_path, asked, sentence):
    session = as_role()
    with pytest.raises(AppError, match=sentence):
        trial_report.write(session, tmp_path / "out", replace(ASKED, **asked))
    assert not (tmp_path / "out").exists()
    assert exported(session) == ()


def test_no_cell_becomes_a_formula_and_numbers_stay_numbers():
    table = Table(
        number=1,
        name="made-up",
        title="=1+1",
        n="n 1",
        columns=(Column(title="@who"), Column(title="x", decimals=2)),
        rows=[("=cmd|' /C calc'!A0", -1.239), ("http://example.org", None)],
    )
    rows = list(csv.reader(io.StringIO(trial_files.csv(table).decode("utf-8-sig"))))
    assert rows == [["'@who", "x"], ["'=cmd|' /C calc'!A0", "-1.24"], ["http://example.org", ""]]
    book = trial_files.xlsx(table)
    assert book == trial_files.xlsx(table), "the same bytes"
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        strings = archive.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet and "hyperlink" not in sheet
    assert "<v>-1.239</v>" in sheet
    assert "'=cmd" in strings


def test_the_tables_say_what_the_pages_say(as_role):
    session = as_role()
    source = documents.source(session, named("trial-report"), About(trial=ASKED))
    files = trial_files.files(Report(source))
    rows = list(csv.reader(io.StringIO(files["tables/table-01-baseline.csv"].decode("utf-8-sig"))))
    assert rows[-3][1] == "49.12 ± 13.32 SD" and rows[-3][4] == "26.5 ± 19.8 SD"
    assert rows[-1][6] == "41–111.3"
