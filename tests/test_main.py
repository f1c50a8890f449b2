import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import main
from core import VERSION
from core.session import Session
from tests.files import sample_clinic as sample
from tests.pdf import text_of

ROOT = Path(__file__).parents[1]
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
PAGES = [
    "welcome",
    "new_clinic_file",
    "new_administrator",
    "new_clinician",
    "recovery_code",
    "first_day",
    "import_with_problems",
    "import_ready",
    "patients",
    "chart_of_an_imported_patient",
    "sign_in_refused",
    "today",
    "chart",
    "chart_date",
    "chart_onset",
    "chart_visits",
    "chart_history",
    "chart_as_it_stood",
    "visit_details",
    "visit_questionnaire",
    "visit_all_items",
    "visit_questionnaire_complete",
    "visit_spirometry_bad_input",
    "visit_spirometry",
    "visit_vital_signs",
    "visit_physical_examination",
    "visit_neurological_examination",
    "visit_laboratory",
    "visit_adverse_event",
    "visit_adverse_events",
    "visit_review",
    "visit_summary",
    "chart_with_serious_events",
    "chart_adverse_events",
    "chart_milestones",
    "visit_summary_serious",
    "new_patient",
    "settings",
    "find_patient",
]


def run(*arguments, **environment):
    """main.py in a process of its own, without a display unless one is given."""
    rest = {name: value for name, value in os.environ.items() if name not in DISPLAYS}
    return subprocess.run(
        [sys.executable, "main.py", *map(str, arguments)],
        cwd=ROOT,
        env=rest | environment,
        capture_output=True,
        text=True,
        timeout=240,
    )


def sentence(result):
    """The one sentence that a person is told, and nothing else."""
    assert result.stdout == ""
    (line,) = result.stderr.strip().splitlines()
    assert "Traceback" not in line
    assert line.endswith(".")
    return line


def colours(image):
    """How many colours a grid of points over the picture has."""
    across, down = range(0, image.width(), 9), range(0, image.height(), 5)
    return len({image.pixel(x, y) for x in across for y in down})


def check_pictures(out, size):
    from PySide6.QtGui import QImage

    pictures = sorted(out.glob("*.png"))
    names = [path.stem.partition("_")[2] for path in pictures]
    assert [name for name in names if name in PAGES] == PAGES
    assert [path.stem[:3] for path in pictures] == [f"{n:03}" for n in range(1, len(names) + 1)]
    for path in pictures:
        image = QImage(str(path))
        assert (image.width(), image.height()) == size, path.name
        assert colours(image) > 20, f"{path.name} is blank"
    return pictures


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--help"], ["tour", "score", "validate", "main.py CLINIC.als", "open"]),
        (["tour", "--help"], ["--dark"]),
        (["validate", "--help"], ["OUT.pdf", "qualification"]),
        (["verify", "--help"], ["FILE", "--head", "--user", "printed page"]),
        (["score", "--help"], ["IN.csv", "OUT.csv", "q1 to q12", "zscore", "problem"]),
    ],
)
def test_help_says_what_there_is(arguments, said):
    result = run(*arguments)
    assert result.returncode == 0
    assert result.stdout.startswith("usage: main.py")
    assert [word for word in said if word not in result.stdout] == []
    assert result.stderr == ""


def test_version():
    result = run("--version")
    assert (result.returncode, result.stdout) == (0, f"ALS Follow-up {VERSION}\n")


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, "DISPLAY is not set"),
        ({"DISPLAY": ":987"}, "The display :987 does not answer."),
        ({"QT_QPA_PLATFORM": "xcb"}, "DISPLAY is not set"),
    ],
)
@pytest.mark.parametrize("arguments", [[], ["--demo"]])
def test_without_a_display_it_says_so_and_names_the_tour(arguments, environment, why):
    result = run(*arguments, **environment)
    assert result.returncode == 1
    said = sentence(result)
    assert why in said
    assert "main.py tour OUT" in said


@pytest.mark.parametrize("size", ["large", "1366", "1366x768x2", "10x10", "99999x768", "-800x600"])
def test_a_size_that_is_none_is_refused(size, tmp_path):
    result = run("tour", tmp_path / "out", f"--size={size}")
    assert result.returncode == 2
    assert "--size" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "command", [["tour"], ["score", ROOT / "resources/validation/gli_vectors.csv"]]
)
def test_demo_goes_with_no_command(command, tmp_path):
    result = run("--demo", *command, tmp_path / "out")
    assert result.returncode == 2
    assert "--demo opens a window; it goes with no command." in result.stderr
    assert not (tmp_path / "out").exists()


START = """
import sys
import main
try:
    main.main(["--version"])
except SystemExit:
    pass
heavy = [name for name in ("pandas", "numpy", "PySide6", "core.commands.scoring") if name in sys.modules]
assert not heavy, heavy
"""


def test_the_command_line_loads_nothing_that_it_may_not_need():
    result = subprocess.run([sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_a_sheet_is_scored_without_a_display_and_whatever_the_console_can_show(tmp_path):
    source, target = tmp_path / "برگه.csv", tmp_path / "نتیجه.csv"
    data = (ROOT / "resources" / "validation" / "staging_vectors.csv").read_bytes()
    source.write_bytes(data)
    result = run("score", source, target, PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("21 rows read, 21 scored, 0 with problems: ")
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["kings"] for row in rows] == [row["kings_given"] for row in rows]
    assert source.read_bytes() == data
    assert "exists already" in sentence(run("score", source, target))


FULL_DISK = """
import resource, signal, sys
import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
sys.exit(main.main(["score", *sys.argv[1:]]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on what a process may write")
def test_columns_that_were_not_scored_are_named(tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("q1,sex,age,height_cm,equation,parameter\n4,M,50,175,GLI-2012,FVC\n")
    result = run("score", sheet, tmp_path / "out.csv")
    assert (result.returncode, result.stderr) == (0, "")
    assert "the sheet lacks q2, q3, q4" in result.stdout


def test_a_sheet_that_does_not_fit_on_the_disk_leaves_nothing(tmp_path):
    source = ROOT / "resources" / "validation" / "gli_vectors.csv"
    result = subprocess.run(
        [sys.executable, "-B", "-c", FULL_DISK, source, tmp_path / "out.csv"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert "cannot be written (File too large)" in sentence(result)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "out").write_text("in the way")
    for out in (tmp_path / "out", tmp_path / "out" / "below"):
        result = run("tour", out)
        assert result.returncode == 1
        assert "cannot be made" in sentence(result)
    assert (tmp_path / "out").read_text() == "in the way"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder nobody can write to")
def test_a_folder_that_cannot_be_written_is_one_sentence():
    result = run("tour", "/proc/self")
    assert result.returncode == 1
    assert "could not be written" in sentence(result)


def test_the_tour_shows_every_page_and_prints_what_was_typed(tmp_path):
    out = tmp_path / "tour"
    result = run("tour", out)
    assert result.returncode == 0, result.stderr
    pictures = check_pictures(out, (1366, 768))
    assert result.stdout.splitlines() == [
        *(path.name for path in pictures),
        f"{len(pictures)} pictures and 5 PDFs in {out}",
    ]
    assert "may be opened by" in text_of(out / "recovery_code.pdf").lower()
    for name in ("visit_summary", "visit_summary_serious"):
        text = text_of(out / f"{name}.pdf")
        assert "Visit summary" in text
        assert "Demonstration data, follow-up simulated" in text
    assert "Signed electronically by" in text_of(out / "visit_summary_signed.pdf")
    text = text_of(out / "visit_summary.pdf")
    scale = (
        r"\d+ (?:no change|\d+ before, \S+)"  # beside its questions, which end in now and before
    )
    answer = rf"^\d+a? [A-Z].* (\d) \d(?: {scale}| [A-Z][a-z ]+)?\r?$"
    answers = [int(score) for score in re.findall(answer, text, re.MULTILINE)]
    domains = [int(one.split()[0]) for one in re.findall(rf"{scale}\r?$", text, re.MULTILINE)]
    assert (len(answers), len(domains)) == (12, 4)
    assert sum(answers) == sum(domains)
    assert f"{sum(answers)}/48" in text
    for said in ("Month 4", "in person", "Fall", "Uses a stick outdoors."):
        assert said in text
    assert "Pulmonary embolism" in text_of(out / "visit_summary_serious.pdf")


@pytest.mark.slow
def test_the_tour_in_the_dark_at_another_size_and_scale(tmp_path):
    from PySide6.QtGui import QImage

    out = tmp_path / "tour"
    result = run("tour", out, "--dark", "--scale", "2", "--size", "1440x900")
    assert result.returncode == 0, result.stderr
    pictures = check_pictures(out, (2880, 1800))
    for path in pictures:
        image = QImage(str(path))
        corner = image.pixelColor(image.width() - 3, image.height() - 3)
        assert corner.lightness() < 80, f"{path.name} is not dark"


@pytest.fixture
def clinic(tmp_path):
    """A closed clinic file, and the code of a page printed from it."""
    path = tmp_path / "clinic.als"
    session = Session.create(path, sample.CLINIC, sample.USER, sample.PASSWORD)
    with session.write("filled"):
        sample.fill(session)
    code = session.trail_head.code
    session.close()
    return path, code


def verify(path, *arguments, typed=f"{sample.PASSWORD}\n"):
    return subprocess.run(
        [sys.executable, "main.py", "verify", path, *arguments],
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_r13_a_whole_file_is_verified_at_the_command_line(clinic):
    """R13: with the code of a printed page; nothing is written into the file."""
    path, code = clinic
    before = {one.name: one.read_bytes() for one in path.parent.iterdir()}
    result = verify(path, "--user", sample.LOGIN, "--head", code.lower())
    assert (result.returncode, result.stderr) == (0, "")
    for said in (code, "Rows: ", "the trail still holds", "Nothing was written", "is whole"):
        assert said in result.stdout
    assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == before


def test_r13_the_first_thing_that_is_wrong_is_said(clinic):
    """R13: a printed page that knows more than the file; the user name is read, too."""
    path, code = clinic
    letters = code.partition("-")[2]
    typed = f"{sample.LOGIN}\n{sample.PASSWORD}\n"
    result = verify(path, "--head", f"9999-{letters}", typed=typed)
    assert result.returncode == 1
    assert "NOT WHOLE: The printed page vouches for 9999 entries" in result.stderr
    assert "is whole" not in result.stdout


def test_what_cannot_be_verified_is_said_in_one_sentence(clinic, tmp_path):
    path, _code = clinic
    assert "Check both" in sentence(verify(path, "--user", sample.LOGIN, typed="wrong\n"))
    assert "There is no file" in sentence(verify(tmp_path / "none.als", "--user", "x"))
    path.with_name("clinic.als.attempts").unlink()
    session = Session.open(path, sample.LOGIN, sample.PASSWORD)
    assert "dr.demo has it on" in sentence(verify(path, "--user", sample.LOGIN))
    session.close()


@pytest.mark.parametrize(
    ("arguments", "demonstration", "file"),
    [
        (["here/clinic.als"], False, Path("here/clinic.als").absolute()),
        (["open", "clinic.als"], False, Path("clinic.als").absolute()),
        (["open", "score"], False, Path("score").absolute()),
        (["/elsewhere/clinic 1.als"], False, Path("/elsewhere/clinic 1.als").absolute()),
        (["--demo"], True, None),
        ([], False, None),
    ],
)
def test_a_file_that_is_named_is_opened_in_the_window(monkeypatch, arguments, demonstration, file):
    opened = []
    monkeypatch.setattr(main, "_window", lambda **how: opened.append(how) or 0)
    assert main.main(arguments) == 0
    (how,) = opened
    assert how["demonstration"] is demonstration
    assert how.get("file") == file


def test_a_file_goes_with_no_demonstration_and_only_one_is_opened():
    for arguments in (["--demo", "clinic.als"], ["one.als", "two.als"]):
        assert run(*arguments).returncode == 2


def test_a_form_of_ones_own_is_checked_and_shown(tmp_path, capsys):
    from tests.core.forms.made_up import EVERY_TYPE

    path = tmp_path / "sleep.toml"
    path.write_text(EVERY_TYPE.format(of="patient", layout="page"), "utf-8")
    assert main.main(["form", str(path)]) == 0
    said = capsys.readouterr().out
    assert "Night (sleep, version 1)" in said
    assert "Slept [hours]: number; 0 to 24 h" in said
    assert "only if How was the night: bad" in said
    path.write_text(path.read_text("utf-8").replace('type = "integer"', 'type = "int"'), "utf-8")
    assert main.main(["form", str(path)]) == 1
    assert "sleep.toml, line 38: " in capsys.readouterr().err
    assert main.main(["form", str(tmp_path / "none.toml")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_schedule_of_ones_own_is_checked_and_shown(tmp_path, capsys):
    from core.forms import catalog
    from tests.core.forms.made_up import EVERY_TYPE
    from tests.core.protocols.made_up import TWO_VISITS

    path, form = tmp_path / "oral.toml", tmp_path / "sleep.toml"
    path.write_text(TWO_VISITS, "utf-8")
    assert main.main(["schedule", str(path)]) == 0
    said = capsys.readouterr().out
    assert "Oral drug trial (oral-drug, version 1)" in said
    assert (
        "Before the first dose [S]: 14 days before “First dose”; window from 10 days before" in said
    )
    assert "asks for: ALSFRS-R, Capsules counted" in said
    assert "Age at the first dose: ≥ 18 years [age; inclusion, computed" in said
    path.write_text(TWO_VISITS.replace('"capsules"]', '"capsules", "sleep"]'), "utf-8")
    assert main.main(["schedule", str(path)]) == 1
    assert "oral.toml, line 28: “sleep” is no questionnaire" in capsys.readouterr().err
    form.write_text(EVERY_TYPE.format(of="visit", layout="page"), "utf-8")
    try:
        assert main.main(["schedule", str(path), "--form", str(form)]) == 0
        assert "Capsules counted, Night" in capsys.readouterr().out
        form.unlink()
        assert main.main(["schedule", str(path), "--form", str(form)]) == 1
        assert "sleep.toml cannot be read" in capsys.readouterr().err
    finally:
        catalog.use_own([])
    assert main.main(["schedule", str(tmp_path / "none.toml")]) == 1
    assert "none.toml cannot be read" in capsys.readouterr().err
