"""ALS Follow-up: guided clinic visits, live trends and printed summaries in one encrypted file."""

import argparse
import sys
from pathlib import Path

from core import VERSION

DESCRIPTION = """\
Follow patients with ALS through guided visits.

Without a command this opens the window: the last clinic file, or a welcome page
on which to create one, open one, or try the demonstration.
"""

SCORE_DESCRIPTION = """\
Copy a sheet with scores, stages and predicted volumes added to every row. It may hold

  q1 to q12, and where known item5_version (5a, 5b), gastrostomy, niv, dead (0, 1):
    adds total, bulbar, fine_motor, gross_motor, respiratory, kings, kings_4a_flag,
    kings_4b_flag, mitos
  sex, age, height_cm, equation, parameter, and where known ethnicity_code, measured:
    adds predicted, lln, uln, pctpred, zscore

and any other columns. Cells stay as they are. Leave empty what is not known (NA, NaN,
NULL or a lone point say the same): a result that depends on it stays empty, too.
Whether there is a gastrostomy is never guessed: without that column most King's stages
stay empty. What is wrong in a row stands in the last column, problem.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 could not be done, 2 not understood."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.demo and chosen.command:
        parser.error("--demo opens a window; it goes with no command.")
    if chosen.command == "tour":
        return _tour(chosen.out, dark=chosen.dark, scale=chosen.scale, size=chosen.size)
    if chosen.command == "score":
        return _score(chosen.source, chosen.target)
    return _window(demonstration=chosen.demo)


def _parser() -> argparse.ArgumentParser:
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
    score = commands.add_parser(
        "score",
        help="add scores, stages and predicted volumes to a sheet",
        description=SCORE_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    score.add_argument("source", metavar="IN.csv", type=Path, help="the sheet; it is only read")
    score.add_argument("target", metavar="OUT.csv", type=Path, help="the new file to make")
    return parser


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


def _window(*, demonstration: bool) -> int:
    from ui import display

    if (missing := display.what_is_missing()) is not None:
        return _refuse(missing)
    from ui import app

    return app.run(demonstration=demonstration)


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


def _score(source: Path, target: Path) -> int:
    from core import scoring
    from core.errors import AppError

    try:
        done = scoring.score(source, target)
    except AppError as error:
        return _refuse(str(error))
    print(
        f"{done.rows} rows read, {done.with_results} scored, {done.with_problems} with problems:"
        f" {target}"
    )
    if done.lacking:
        print(f"Some columns were not scored: with them the sheet lacks {', '.join(done.lacking)}.")
    return 0


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    if sys.stdout is not None:  # a bundle without a console has none
        sys.stdout.reconfigure(errors="replace")  # a path may hold what the console cannot show
    sys.exit(main())
