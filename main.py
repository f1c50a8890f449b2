"""ALS Follow-up: guided clinic visits, live trends and printed summaries in one encrypted file."""

import sys
from pathlib import Path

import click

from core import VERSION


@click.group(invoke_without_command=True)
@click.option("--demo", is_flag=True, help="Open demonstration data in a file that is thrown away.")
@click.version_option(VERSION, prog_name="ALS Follow-up")
@click.pass_context
def main(context: click.Context, *, demo: bool) -> None:
    """Follow patients with ALS through guided visits.

    Without a command this opens the window: the last clinic file, or a welcome page on which to
    create one, open one, or try the demonstration.
    """
    if context.invoked_subcommand is not None:
        if demo:
            raise click.UsageError("--demo opens a window; it goes with no command.")
        return
    from ui import display

    if (missing := display.what_is_missing()) is not None:
        raise click.ClickException(missing)
    from ui import app

    sys.exit(app.run(demonstration=demo))


@main.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--dark", is_flag=True, help="Use the dark palette.")
@click.option("--scale", type=click.FloatRange(0.5, 4), default=1.0, help="Screen scaling, e.g. 2.")
@click.option("--size", default="1366x768", help="Size of the window, e.g. 1366x768.")
def tour(out: Path, *, dark: bool, scale: float, size: str) -> None:
    """Drive the real windows through the main job, without a display.

    Leaves a numbered picture of every page, and the printed PDFs, in the folder OUT.
    """
    try:
        width, height = (int(part) for part in size.lower().split("x"))
    except ValueError:
        raise click.BadParameter("write it as 1366x768", param_hint="--size") from None
    if not (800 <= width <= 8000 and 500 <= height <= 8000):
        raise click.BadParameter("from 800x500 to 8000x8000", param_hint="--size")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"The folder {out} cannot be made: {error.strerror}.") from None
    from ui import display

    display.use_none(scale)
    from ui import tour as guided

    guided.run(out, dark=dark, size=(width, height), say=click.echo)


if __name__ == "__main__":
    main()
