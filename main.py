"""ALS Follow-up: guided clinic visits, live trends and printed summaries in one encrypted file."""

import argparse
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core import VERSION

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  it has no public name
    from core.model.user import Right
    from core.session import Session
    from core.store.backup import Contents

DESCRIPTION = """\
Follow patients with ALS through guided visits.

Without a command this opens the window: the last clinic file, or a welcome page
on which to create one, open one, or try the demonstration. With the name of a file
(main.py CLINIC.als) it asks who opens that one.
"""

SCORE_DESCRIPTION = """\
Copy a sheet with scores, stages and predicted volumes added to every row. It may hold

  q1 to q12, and where known item5_version (5a, 5b), gastrostomy, niv, dead (0, 1):
    adds total, bulbar, fine_motor, gross_motor, respiratory, kings, kings_4a_flag,
    kings_4b_flag, mitos
  sex, age, height_cm, equation, parameter, and where known ethnicity_code, measured:
    adds predicted, lln, uln, pctpred, zscore

and any other columns. Cells stay as they are. Leave empty what is not known (NA, NaN,
NULL, unknown, a lone point or dash say the same): a result that depends on it stays empty, too.
Whether there is a gastrostomy is never guessed: without that column most King's stages
stay empty. Stage 0 says that the answers are not stageable. What is wrong in a row stands in the last column, problem.
"""

_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_DECIMALS = {"point": ".", "comma": ","}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 could not be done, 2 not understood."""
    parser, commands = _parser()
    given = _with_command(sys.argv[1:] if arguments is None else arguments, commands)
    chosen = parser.parse_args(given)
    if chosen.demo and chosen.command:
        parser.error("--demo opens a window; it goes with no command.")
    if chosen.command == "tour":
        return _tour(chosen.out, dark=chosen.dark, scale=chosen.scale, size=chosen.size)
    if chosen.command == "score":
        return _score(chosen)
    if chosen.command == "form":
        return _form(chosen)
    if chosen.command == "schedule":
        return _schedule(chosen)
    if chosen.command == "validate":
        return _validate(chosen.out)
    if chosen.command == "verify":
        return _verify(chosen.file, chosen.head, chosen.user)
    if chosen.command == "backup":
        return _backup(chosen.file, chosen.to, chosen.user)
    if chosen.command == "restore":
        return _restore(chosen.backup, chosen.target, chosen.user)
    if chosen.command == "drill":
        return _drill(chosen.file, chosen.out, chosen.user)
    if chosen.command == "export":
        return _export(chosen, parser)
    if chosen.command == "import":
        return _import(chosen.file, chosen.export, chosen.user)
    if chosen.command == "report":
        return _report(chosen)
    if chosen.command == "open":
        return _window(demonstration=False, file=chosen.file.absolute())
    return _window(demonstration=chosen.demo)


def _with_command(arguments: list[str], commands: Collection[str]) -> list[str]:
    """The arguments with the word "open" that may be left out: what stands where a command could is a file."""
    for place, one in enumerate(arguments):
        if not one.startswith("-"):
            return (
                arguments if one in commands else [*arguments[:place], "open", *arguments[place:]]
            )
    return arguments


def _parser() -> tuple[argparse.ArgumentParser, Collection[str]]:
    """The parser, and the names of its commands."""
    parser = argparse.ArgumentParser(
        prog="als-followup" if getattr(sys, "frozen", False) else "main.py",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--demo", action="store_true", help="open demonstration data in a file that is thrown away"
    )
    parser.add_argument("--version", action="version", version=f"ALS Follow-up {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    adders = (_add_windows, _add_score, _add_own, _add_checks, _add_backups, _add_data, _add_report)
    for add in adders:
        add(commands)
    return parser, commands.choices


def _add_user(*signed_in: argparse.ArgumentParser) -> None:
    """Who opens the clinic file, for the commands that open one."""
    for command in signed_in:
        command.add_argument(
            "--user", metavar="NAME", help="your user name; asked for where it is not given"
        )


def _add_windows(commands: "_Commands") -> None:
    """The commands that show windows: open, tour."""
    opened = commands.add_parser(
        "open",
        help="open the window on this clinic file; the word “open” may be left out",
        description="Opens the window and asks who opens this clinic file.",
    )
    opened.add_argument("file", metavar="FILE.als", type=Path, help="the clinic file")
    tour = commands.add_parser(
        "tour",
        help="drive the real windows through the main job, without a display",
        description="Drive the real windows through the main job, without a display. Leaves a"
        " numbered picture of every page, and the printed PDFs, in the folder OUT.",
    )
    tour.add_argument("out", metavar="OUT", type=Path, help="folder for pictures and PDFs")
    tour.add_argument("--dark", action="store_true", help="use the dark palette")
    tour.add_argument(
        "--scale", type=_scale, default=1.0, help="screen scaling, 0.5 to 4 (default 1)"
    )
    tour.add_argument(
        "--size", type=_size, default=(1366, 768), help="size of the window (default 1366x768)"
    )


def _add_score(commands: "_Commands") -> None:
    score = commands.add_parser(
        "score",
        help="add scores, stages and predicted volumes to a sheet",
        description=SCORE_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    score.add_argument("source", metavar="IN.csv", type=Path, help="the sheet; it is only read")
    score.add_argument("target", metavar="OUT.csv", type=Path, help="the new file to make")
    score.add_argument(
        "--encoding",
        metavar="NAME",
        help="what a sheet is written in that is not UTF-8, such as windows-1256; without it the"
        " command shows how the sheet reads in each",
    )
    score.add_argument(
        "--separator",
        choices=_SEPARATORS,
        help="what separates the cells, where the heading line does not show it",
    )
    score.add_argument(
        "--decimal",
        choices=_DECIMALS,
        help="the only sign that separates decimals; without it a comma does so, too, where it"
        " separates no cells",
    )


def _add_own(commands: "_Commands") -> None:
    """The commands that check what a clinic adds: form, schedule."""
    form = commands.add_parser(
        "form",
        help="check a form of your own, and show what it asks",
        description="Checks a form (a TOML file, or a data dictionary of REDCap as CSV) and shows what it"
        " asks. Writes nothing. Ends with 1 where it cannot be used, and names the line to fix. A form"
        " is added in the window: Settings, Forms of the clinic.",
    )
    form.add_argument("source", metavar="FILE", type=Path, help="the form; it is only read")
    schedule = commands.add_parser(
        "schedule",
        help="check a visit schedule of your own, and show its visits",
        description="Checks a visit schedule (a TOML file) and shows its visits with their windows, what each"
        " asks for, and its criteria. Writes nothing. Ends with 1 if it cannot be used, and names the line"
        " to fix. A schedule is added in the window: Settings, Schedules of the clinic.",
    )
    schedule.add_argument("source", metavar="FILE", type=Path, help="the schedule; it is only read")
    schedule.add_argument(
        "--form",
        metavar="FORM",
        type=Path,
        action="append",
        default=[],
        help="a form of your own that the schedule names; give it once for each form",
    )


def _add_checks(commands: "_Commands") -> None:
    """The commands that check an installation or a file: validate, verify."""
    validate = commands.add_parser(
        "validate",
        help="check this installation, and print a report to sign and file",
        description="Installation and operational qualification: checks the shipped files, computes"
        " the checked values again, tries what the clinic file promises on one that is thrown away,"
        " and prints a dated report with lines to sign. Ends with 1 where a check failed.",
    )
    validate.add_argument("out", metavar="OUT.pdf", type=Path, help="the new report to make")
    verify = commands.add_parser(
        "verify",
        help="check that nothing in a clinic file was changed behind its audit trail",
        description="Checks every page of a clinic file, every entry of its audit trail, every row"
        " against its last entry, and the code of a printed page. Asks for your user name and"
        " password (the password is read from standard input where that is no terminal). Writes"
        " nothing into the file. Ends with 1 where something is wrong, and says what first.",
    )
    verify.add_argument(
        "file", metavar="FILE", type=Path, help="the clinic file; nobody has it open"
    )
    verify.add_argument(
        "--head",
        metavar="CODE",
        default="",
        help="the trail code of a printed page: 1042-7KQ2-M3XD-0PVA",
    )
    _add_user(verify)


def _add_backups(commands: "_Commands") -> None:
    """The commands of an administrator: backup, restore, drill."""
    backup = commands.add_parser(
        "backup",
        help="back a clinic file up, and verify the backup",
        description="Writes an encrypted copy of a clinic file and of its key file, opens it again and"
        " verifies every page, entry and row before it counts. For administrators; asks for your user"
        " name and password as “verify” does.",
    )
    backup.add_argument(
        "file", metavar="FILE", type=Path, help="the clinic file; nobody has it open"
    )
    backup.add_argument(
        "--to",
        metavar="FOLDER",
        type=Path,
        help="another folder than the one beside the clinic file",
    )
    restore = commands.add_parser(
        "restore",
        help="make a new clinic file of a backup",
        description="Verifies a backup and makes a new clinic file of it. Nothing is overwritten, and the"
        " backup stays what it is. Your user name and password are those of the time of the backup.",
    )
    restore.add_argument("backup", metavar="BACKUP.als", type=Path, help="it is only read")
    restore.add_argument("target", metavar="NEW.als", type=Path, help="the new clinic file to make")
    drill = commands.add_parser(
        "drill",
        help="try whether the newest backup can be restored, and print a certificate",
        description="Restores the newest backup aside, verifies it, compares every row with the clinic"
        " file and prints a certificate to sign and file. For administrators. Ends with 1 where the"
        " drill failed.",
    )
    drill.add_argument(
        "file", metavar="FILE", type=Path, help="the clinic file; nobody has it open"
    )
    drill.add_argument("out", metavar="OUT.pdf", type=Path, help="the certificate to make")
    _add_user(backup, restore, drill)


def _add_data(commands: "_Commands") -> None:
    """The commands by which all data leaves, and comes back: export, import."""
    export = commands.add_parser(
        "export",
        help="export all data of all patients, in clear or de-identified",
        description="Writes every form and table as CSV (a ZIP, or a new folder) or as one XLSX workbook, with a"
        " codebook. In clear for neurologists, whose password is asked for once more; --deidentified for neurologists"
        " and monitors: coded, not anonymous. Asks for your user name and password as “verify” does. The audit trail"
        " says what left, with the number of rows and the SHA-256.",
    )
    export.add_argument(
        "file", metavar="FILE", type=Path, nargs="?", help="the clinic file; nobody has it open"
    )
    export.add_argument(
        "out", metavar="OUT", type=Path, help="the new file (.zip, .xlsx) or folder to make"
    )
    export.add_argument(
        "--demo", dest="of_demo", action="store_true", help="demonstration data in place of FILE"
    )
    export.add_argument(
        "--deidentified",
        action="store_true",
        help="without names, texts and true days; ids are coded",
    )
    export.add_argument(
        "--format",
        choices=("csv", "xlsx"),
        help="without it xlsx where OUT ends in .xlsx, else csv",
    )
    back = commands.add_parser(
        "import",
        help="read an export of all data back into a clinic file without patients",
        description="Reads the CSV of “export” (in clear, not changed since) back into a clinic file without patients:"
        " all of it, or nothing. For neurologists; asks for your user name and password as “verify” does. People who"
        " entered something come without a password. Signatures and locks do not come: they hold where they were given.",
    )
    back.add_argument("file", metavar="FILE", type=Path, help="the clinic file; nobody has it open")
    back.add_argument("export", metavar="EXPORT", type=Path, help="the ZIP, or the folder")
    _add_user(export, back)


def _add_report(commands: "_Commands") -> None:
    report = commands.add_parser(
        "report",
        usage="%(prog)s (FILE.als | --demo) OUT [options]",
        help="make the report of a trial: a folder with its pages, tables and figures",
        description="Makes the new folder OUT with the report of a trial as PDF, each table as CSV and XLSX, each"
        " figure as PDF, SVG and PNG, and a manifest with the SHA-256 of every file. The same data cut as of the"
        " same entry of the audit trail gives the same files, to the byte. For neurologists and monitors; asks for"
        " your user name and password as “verify” does, and writes into the audit trail that it was made.",
    )
    report.add_argument(
        "paths",
        metavar="FILE.als OUT",
        type=Path,
        nargs="+",
        help="the clinic file, and the folder to make",
    )
    report.add_argument(
        "--demo",
        dest="of_demonstration",
        action="store_true",
        help="of the demonstration, in place of a file",
    )
    report.add_argument(
        "--until", metavar="DAY", type=_day, help="data cut, as 2026-11-29 (default: today)"
    )
    report.add_argument(
        "--entry",
        metavar="N",
        type=int,
        help="as of this entry of the audit trail (default: the last that changed anything)",
    )
    report.add_argument(
        "--schedule", metavar="ID", default="", help="the study's schedule (default: the clinic's)"
    )
    _add_user(report)
    _add_looks(report)


def _add_looks(report: argparse.ArgumentParser) -> None:
    """How a report shows what it is about."""
    report.add_argument(
        "--coded",
        action="store_true",
        help="numbers from 001 on in place of record numbers; no lots, nothing that was typed",
    )
    report.add_argument(
        "--days-only",
        action="store_true",
        help="days since the infusion in place of dates of patients",
    )
    report.add_argument(
        "--spread",
        choices=("se", "sd", "quartiles"),
        default="se",
        help="what is shown round the middle of Figure 2 (default: se)",
    )
    report.add_argument(
        "--repeated-measures",
        action="store_true",
        help="with the analysis of variance of complete patients that earlier reports have",
    )
    report.add_argument(
        "--paper",
        choices=("a4", "letter"),
        default="a4",
        help="the size of the pages (default: a4)",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write the day as 2026-11-29") from None


def _scale(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.5 <= value <= 4:
        raise argparse.ArgumentTypeError("write a number from 0.5 to 4")
    return value


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError("write it as 1366x768") from None
    if not (800 <= width <= 8000 and 500 <= height <= 8000):
        raise argparse.ArgumentTypeError("from 800x500 to 8000x8000")
    return width, height


def _window(*, demonstration: bool, file: Path | None = None) -> int:
    from ui import display

    if (missing := display.what_is_missing()) is not None:
        return _refuse(missing)
    from ui import app

    return app.run(demonstration=demonstration, file=file)


def _tour(out: Path, *, dark: bool, scale: float, size: tuple[int, int]) -> int:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return _refuse(f"The folder {out} cannot be made: {error.strerror}.")
    from ui import display

    display.use_none(scale)
    from ui import tour

    try:
        tour.run(out, dark=dark, size=size, say=print)
    except tour.TourFailed as error:
        return _refuse(f"The tour failed: {error}.")
    return 0


def _form(chosen: argparse.Namespace) -> int:
    from core.acts import own_forms
    from core.errors import AppError
    from core.forms import preview

    try:
        found = own_forms.read(chosen.source)
    except (AppError, OSError) as error:
        return _refuse(_unusable(chosen.source, error))
    for _text, form in found:
        print("\n".join(preview.lines(form)))
        print()
    return 0


def _schedule(chosen: argparse.Namespace) -> int:
    from core.acts import own_forms, own_schedules
    from core.errors import AppError
    from core.forms import catalog
    from core.views import schedule_words

    path: Path = chosen.source
    try:
        named = []
        for path in chosen.form:
            named += [form for _text, form in own_forms.read(path)]
        catalog.use_own(named)
        path = chosen.source
        _text, schedule = own_schedules.read(path)
    except (AppError, OSError) as error:
        return _refuse(_unusable(path, error))
    print("\n".join(schedule_words.lines(schedule)))
    return 0


def _unusable(path: Path, error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{path.name} cannot be read: {error.strerror or 'unknown reason'}."
    return str(error)


def _score(chosen: argparse.Namespace) -> int:
    from core.commands import scoring
    from core.errors import AppError
    from core.imports.csv_table import ENCODINGS, Written, WrittenHow

    if chosen.encoding not in (None, *ENCODINGS):
        return _refuse(
            f"“{chosen.encoding}” is not an encoding that is known here. Give one of"
            f" {', '.join(ENCODINGS)}."
        )
    written = Written(
        encoding=chosen.encoding,
        separator=_SEPARATORS.get(chosen.separator),
        decimal=_DECIMALS.get(chosen.decimal),
    )
    target: Path = chosen.target
    try:
        done = scoring.score(chosen.source, target, written)
    except WrittenHow as question:
        names = {separator: name for name, separator in _SEPARATORS.items()}
        ways = (
            f"  --{question.asked} {names.get(value, value)}: {sample}"
            for value, sample in question.samples.items()
        )
        return _refuse("\n".join([str(question), *ways]))
    except AppError as error:
        return _refuse(str(error))
    print(
        f"{done.rows} rows read, {done.with_results} scored, {done.with_problems} with problems:"
        f" {target}"
    )
    if done.lacking:
        print(f"Some columns were not scored: with them the sheet lacks {', '.join(done.lacking)}.")
    return 0


def _validate(out: Path) -> int:
    from core.errors import AppError

    try:
        from core.commands import validation

        found = validation.write(out)
    except (
        ImportError
    ) as error:  # an installation that lacks a part of itself is what is looked for
        return _refuse(f"This installation is not complete ({error}): install the program again.")
    except AppError as error:
        return _refuse(str(error))
    if found.passed:
        print(f"{len(found.checks)} checks, all of them passed: {out}")
        return 0
    for check in found.failed:
        print(f"{check.id} FAILED: {check.what}. Found: {check.found}")
    print(f"{len(found.failed)} of {len(found.checks)} checks FAILED: {out}")
    return 1


def _verify(file: Path, code: str, user: str | None) -> int:
    from core.acts import restoring
    from core.errors import AppError
    from core.model.trail import read_code
    from core.store.verification import verify_file

    if code and read_code(code) is None:
        return _refuse(f"“{code}” is not a trail code. Type it as it is printed.")
    login = user or _asked("User name: ")
    try:
        password = _asked("Password: ", secret=True)
        key, _login = restoring.key_by_password(file, file, login, password)
        found = verify_file(file, key, code)
    except AppError as error:
        return _refuse(str(error))
    print("Pages: every one was read and belongs to this file.")
    head = found.head.code if found.head else "none"
    print(f"Audit trail: {found.entries:,} entries checked, head {head}.")
    if found.problem:
        print("Nothing was written into the file, not even that it was verified.")
        return _refuse(f"NOT WHOLE: {found.problem}")
    print(f"Rows: {found.rows:,}, each of them as its last entry says.")
    if code:
        print("Printed code: the trail still holds what the page vouches for.")
    if found.clock_set_back:
        listed = ", ".join(f"{entry:,}" for entry in found.clock_set_back)
        print(f"Clock: set back before entry {listed}. Check the clocks of the workstations.")
    print("Nothing was written into the file, not even that it was verified.")
    print("The file is whole.")
    return 0


def _backup(file: Path, folder: Path | None, user: str | None) -> int:
    from core import clock
    from core.acts import backups
    from core.errors import AppError
    from core.model.trail import Act

    try:
        with _signed_in(file, user) as session:
            begun = session.begin_backup(folder or backups.default_folder(file))
            made = backups.finish(begun, file, session.data_key, clock.now())
            session.record_act(
                Act.BACKED_UP, row=made.path.name, details={"backup": made.path.name}
            )
    except AppError as error:
        return _refuse(str(error))
    print(f"Backup: {made.path}")
    print(f"Verified: {_held(begun.contents)}.")
    return 0


def _restore(source: Path, target: Path, user: str | None) -> int:
    from core.acts import restoring
    from core.errors import AppError
    from core.store import backup

    if target.suffix != ".als":
        return _refuse("The name of the new clinic file must end in .als.")
    if target.exists():
        return _refuse(f"There is already a file {target}. Choose another name.")
    try:
        login = user or _asked("User name: ")
        password = _asked("Password: ", secret=True)
        key, login = restoring.key_by_password(source, target, login, password)
        held = backup.verify_backup(source, key)
        restoring.restore(source, target, key, login)
    except AppError as error:
        return _refuse(str(error))
    print(f"Restored: {target}")
    print(f"Verified: {_held(held)}.")
    print("Its passwords and its recovery code are those of the backup.")
    return 0


def _drill(file: Path, out: Path, user: str | None) -> int:
    from core import clock
    from core.acts import backups
    from core.errors import AppError
    from core.model.trail import Act
    from core.reports import certificate

    if out.exists():
        return _refuse(f"There is already a file {out}. Choose another name.")
    if not out.absolute().parent.is_dir():
        return _refuse(f"There is no folder {out.absolute().parent}. Make it first.")
    try:
        with _signed_in(file, user) as session:
            folder = backups.default_folder(file)
            live = session.begin_backup(folder)
            result = backups.run_drill(live, file, folder, session.data_key, clock.now())
            verdict = "passed" if result.passed else "failed"
            details = {"backup": result.backup, "verdict": verdict}
            session.record_act(Act.DRILLED, row=result.backup, details=details)
            pdf = certificate.render(
                result, session.clinic, session.user.full_name, clock.now(), session.trail_head
            )
        with out.open("xb") as written:
            written.write(pdf)
    except AppError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"The certificate cannot be written to {out}: {error.strerror}.")
    print(f"{verdict.upper()}: {certificate.outcome(result)}")
    print(f"Certificate: {out}")
    return 0 if result.passed else 1


def _export(chosen: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    from core.acts import exporting
    from core.errors import AppError

    if chosen.of_demo == (chosen.file is not None):
        parser.error("export takes either FILE or --demo.")
    out: Path = chosen.out
    ending = chosen.format or ("xlsx" if out.suffix.lower() == ".xlsx" else "csv")
    coded: bool = chosen.deidentified
    try:
        exporting.check(out, xlsx=ending == "xlsx")
        right = exporting.right(coded=coded)
        opened = (
            _thrown_away(partial(_demonstration, right))
            if chosen.of_demo
            else _signed_in(chosen.file, chosen.user, right, again=not coded)
        )
        with opened as session:
            done = exporting.export(session, out, coded=coded, xlsx=ending == "xlsx")
    except AppError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{out} cannot be written: {error.strerror or 'unknown reason'}.")
    print(f"{done.patients} patients, {done.rows:,} rows in {done.tables} tables: {out}")
    print(f"SHA-256{' of SHA256SUMS' if done.is_folder else ''}: {done.sha256}")
    if coded:
        print("It is coded, not anonymous: the clinic can say who each person is.")
    return 0


def _import(file: Path, export: Path, user: str | None) -> int:
    from core.acts import reading_back
    from core.errors import AppError
    from core.model.user import Right

    try:
        with _signed_in(file, user, Right.ENTER) as session:
            done = reading_back.read_back(session, export)
    except AppError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{export} cannot be read: {error.strerror or 'unknown reason'}.")
    print(f"{done.patients} patients, {done.rows:,} rows read back into {file}.")
    print("Signatures and locks were not: they hold in the clinic file in which they were given.")
    return 0


def _report(chosen: argparse.Namespace) -> int:
    from core.acts import trial_report
    from core.errors import AppError
    from core.model.document import TrialAsked
    from core.model.paper import PaperSize
    from core.model.user import Right
    from core.reports import trial

    if len(chosen.paths) != (1 if chosen.of_demonstration else 2):
        return _refuse("Give the clinic file and the folder to make; with --demo the folder alone.")
    usual = trial.USUAL | {"repeated-measures"} if chosen.repeated_measures else None
    asked = TrialAsked(
        schedule=chosen.schedule,
        until=chosen.until,
        entry=chosen.entry,
        coded=chosen.coded,
        days_only=chosen.days_only,
        spread=chosen.spread,
        chapters=usual,
    )
    *file, out = chosen.paths
    opened = (
        _signed_in(file[0], chosen.user, Right.COHORT) if file else _thrown_away(_finished_trial)
    )
    try:
        trial_report.check_place(out)
        with opened as session:
            made = trial_report.write(session, out, asked, PaperSize(chosen.paper))
    except AppError as error:
        return _refuse(str(error))
    print(f"Report: {out}, {made.files} files.")
    head = made.source.as_of
    entry = f", as of trail entry {head.sequence:,}" if head is not None else ""
    print(f"Data to {made.source.until.isoformat()}{entry}.")
    print(f"SHA-256 of the manifest: {made.manifest}")
    return 0


@contextmanager
def _thrown_away(demonstrated: "Callable[[Path], Session]") -> "Iterator[Session]":
    """Demonstration data in a new folder, which goes once the command is done."""
    import tempfile

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        session = demonstrated(Path(folder))
        try:
            yield session
        finally:
            session.close()


def _finished_trial(folder: Path) -> "Session":
    """The demonstration of a trial that is over, open for its neurologist."""
    from core import clock
    from core.commands import demonstration

    return demonstration.finished(folder, clock.today())


def _demonstration(right: "Right", folder: Path) -> "Session":
    """Demonstration data, open for somebody who has the right."""
    from core import clock
    from core.commands import demonstration
    from core.model.user import RIGHTS
    from core.session import Session

    path = folder / "demonstration.als"
    demonstration.create(path, clock.today()).close()
    role = next(role for role, rights in RIGHTS.items() if right in rights)
    return Session.open(path, demonstration.LOGINS[role], demonstration.PASSWORD)


@contextmanager
def _signed_in(
    file: Path, user: str | None, right: "Right | None" = None, *, again: bool = False
) -> "Iterator[Session]":
    """The file, open for somebody with the right, who looks after backups where none is named. Raises AppError.

    The password is asked for ``again`` before something leaves; a script that has no other line said it once.
    """
    from core.acts import backups
    from core.errors import NotAllowed
    from core.model.trail import Act
    from core.model.user import Right
    from core.session import Session

    if backups.is_kept(file):
        raise NotAllowed("This is a backup: restore it into a new file first.")
    login = user or _asked("User name: ")
    session = Session.open(file, login, _asked("Password: ", secret=True))
    try:
        if session.user.must_change:
            raise NotAllowed("Start the window first, and choose your own password there.")
        session.need(right or Right.BACKUP)
        if again:
            typed = _asked("Your password, once more: ", secret=True)
            if typed or sys.stdin.isatty():
                session.confirm(typed)
        yield session
        session.record_act(Act.SIGNED_OUT)
    finally:
        session.close()


def _held(contents: "Contents") -> str:
    rows = sum(contents.rows.values())
    if contents.head is None:
        return f"{rows:,} rows"
    return f"{rows:,} rows, {contents.head.sequence:,} trail entries, head {contents.head.code}"


def _asked(question: str, *, secret: bool = False) -> str:
    """What a person types at the terminal, a password unseen; the next line where there is no terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    import getpass

    return getpass.getpass(question) if secret else input(question)


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    if sys.stdout is not None:  # a bundle without a console has none
        sys.stdout.reconfigure(errors="replace")  # a path may hold what the console cannot show
    sys.exit(main())
