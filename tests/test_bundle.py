"""The program as one folder: what the spec names exists, and the built program does the main job."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtGui import QImage

from core import VERSION, resources
from core.commands.validation import manifest

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "pyinstaller.spec"
BUILD_S = 900  # on a slow machine; about 50 s on two cores
RUN_S = 180


def spec_values():
    """What the spec file hands to PyInstaller, without building anything."""

    class Recorded:
        def __init__(self, *_arguments, **options):
            self.options = options
            self.binaries, self.datas, self.pure, self.scripts = [], [], [], []

    values = dict.fromkeys(("Analysis", "PYZ", "EXE", "COLLECT"), Recorded)
    values["SPECPATH"] = str(ROOT)
    path = list(sys.path)
    try:
        exec(compile(SPEC.read_text("utf-8"), str(SPEC), "exec"), values)
    finally:
        sys.path[:] = path
    return values


def imports(file):
    """The modules that a source file imports, with every name that may be one."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_file_that_the_spec_names_exists():
    data = spec_values()["analysis"].options["datas"]
    assert [source for source, _folder in data if not Path(source).exists()] == []


def test_the_folders_of_the_bundle_are_those_that_the_program_looks_in():
    data = {
        (Path(folder) / Path(source).name).as_posix()
        for source, folder in spec_values()["analysis"].options["datas"]
    }
    for font in resources.fonts().values():
        assert Path(*font.parts[-3:]).as_posix() in data
        assert f"{font.parts[-3]}/LICENSE" in data
    assert f"{resources.FOLDER.name}/{resources.FOLDER.name}" in data


def test_the_bundle_knows_the_versions_of_its_libraries():
    folders = [folder for _source, folder in spec_values()["analysis"].options["datas"]]
    for library in manifest.libraries():
        name = library.replace("-", "_").lower()
        assert any(one.lower().startswith(f"{name}-") for one in folders), library


def test_nothing_of_ours_imports_what_is_left_out():
    excluded = spec_values()["EXCLUDED"]
    files = [ROOT / "main.py", *(ROOT / "core").rglob("*.py"), *(ROOT / "ui").rglob("*.py")]
    assert len(files) > 50
    wrong = [
        (file.name, module)
        for file in files
        for module in imports(file)
        if any(module == name or module.startswith(f"{name}.") for name in excluded)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "path",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6\\plugins\\platforms\\qwindows.dll",
        "PySide6\\plugins\\platforms\\qoffscreen.dll",
        "PySide6\\plugins\\styles\\qmodernwindowsstyle.dll",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "PySide6/Qt/lib/libQt6OpenGL.so.6",
        "resources/protocols/routine.toml",
        "fontpkg_fira_sans/files/FiraSans-Regular.ttf",
    ],
)
def test_what_the_window_needs_is_never_dropped(path):
    assert spec_values()["is_used"]((path, "", "BINARY"))


def bare_environment(home):
    """Nothing to lean on: no Python, no PATH, no display."""
    home.mkdir()
    environment = {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PATH": str(home / "nothing"),
        "LANG": "C.UTF-8",
        "TMPDIR": str(home),
        "TEMP": str(home),
        "TMP": str(home),
    }
    for name in ("SYSTEMROOT", "WINDIR", "APPDATA", "LOCALAPPDATA"):  # Windows needs them
        if name in os.environ:
            environment[name] = os.environ[name]
    return environment


@pytest.mark.slow
@pytest.mark.timeout(BUILD_S + 6 * RUN_S)
def test_the_built_program_does_the_main_job_without_python(tmp_path):
    subprocess.run(
        [
            *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"),
            *("--distpath", tmp_path / "dist", "--workpath", tmp_path / "build", SPEC),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYINSTALLER_CONFIG_DIR": str(tmp_path / "cache")},
        check=True,
        timeout=BUILD_S,
    )
    suffix = ".exe" if sys.platform == "win32" else ""
    program = tmp_path / "dist" / "als-followup" / f"als-followup{suffix}"
    environment = bare_environment(tmp_path / "home")
    out = tmp_path / "out"

    def run(*arguments):
        return subprocess.run(
            [program, *arguments],
            cwd=tmp_path / "home",
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=RUN_S,
        )

    version = run("--version")
    assert (version.returncode, VERSION in version.stdout) == (0, True), version.stderr
    usage = run("--help")
    assert (usage.returncode, "tour" in usage.stdout) == (0, True), usage.stderr
    assert run("--no-such-option").returncode == 2  # a bare word is a clinic file to open
    if sys.platform.startswith("linux"):
        no_display = run("--demo")
        assert no_display.returncode == 1
        assert no_display.stderr.startswith("There is no display")
        assert len(no_display.stderr.splitlines()) == 1

    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "sex,age,height_cm,equation,parameter,measured\nM,50,175,GLI-Global-2022,FVC,3\n"
    )
    scored = run("score", sheet, tmp_path / "scored.csv")
    assert (scored.returncode, scored.stderr) == (0, "")
    assert "67.28" in (tmp_path / "scored.csv").read_text()

    report = tmp_path / "report.pdf"
    validated = run("validate", report)
    assert (validated.returncode, validated.stderr) == (0, ""), validated.stdout
    assert "as a built program" in pdf_text(report)

    tour = run("tour", out)
    assert tour.returncode == 0, tour.stderr
    pictures = sorted(path.name for path in out.glob("*.png"))
    assert pictures == [line for line in tour.stdout.splitlines() if line.endswith(".png")]
    assert len(pictures) >= 30
    for name in pictures:
        assert colours(out / name) > 100, f"{name} is blank"
    for pdf in ("visit_summary.pdf", "visit_summary_serious.pdf"):
        text = pdf_text(out / pdf)
        assert "Visit summary" in text
        assert "ALSFRS-R" in text


def colours(path):
    """How many colours a picture has, of every third pixel."""
    picture = QImage(str(path))
    assert not picture.isNull(), path
    return len(
        {
            picture.pixel(x, y)
            for x in range(0, picture.width(), 3)
            for y in range(0, picture.height(), 3)
        }
    )


def pdf_text(path):
    document = pypdfium2.PdfDocument(path)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()
