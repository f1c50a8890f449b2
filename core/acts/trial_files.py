"""The folder of a trial report: pages, tables, figures, the methods in words, and a manifest of all of them.

Nothing in it says who made it or when: that is in the audit trail of the clinic file, with the hash of the manifest.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import partial

from core import VERSION
from core.acts.trial_report import MANIFEST
from core.exports import table_csv, workbook
from core.reports import figure_files
from core.reports.trial import Report
from core.reports.trial.chapters import summary
from core.reports.trial.content import Column, Figure, Table, Value, shown
from core.spreadsheets import defused
from core.words import _

PDF, METHODS, MANIFEST_TEXT = "trial-report.pdf", "methods.txt", "manifest.txt"


def files(report: Report, check: Callable[[], None] = lambda: None) -> dict[str, bytes]:
    """Every file by its path in the folder; the manifests, which name the others, are the last.

    ``check`` is called before each of them: what it raises ends it.
    """
    found: dict[str, bytes] = {}
    for path, make in _makers(report):
        check()
        found[path] = make()
    manifest = _manifest(report, found)
    found[MANIFEST] = json.dumps(manifest, indent=2, ensure_ascii=False).encode() + b"\n"
    found[MANIFEST_TEXT] = "".join(f"{line}\n" for line in _told(manifest)).encode()
    return found


def _makers(report: Report) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """What makes each file, by its path."""
    yield PDF, report.pdf
    yield METHODS, partial(_methods, report)
    for _chapter, made in report.chapters():
        for part in made.parts:
            if isinstance(part, Table):
                yield f"tables/{part.file_name}.csv", partial(csv, part)
                yield f"tables/{part.file_name}.xlsx", partial(xlsx, part)
            elif isinstance(part, Figure):
                title, path = f"{part.caption}. {part.title}", f"figures/{part.file_name}"
                yield f"{path}.pdf", partial(figure_files.pdf, part.drawing, title)
                yield f"{path}.svg", partial(figure_files.svg, part.drawing, title)
                yield f"{path}.png", partial(figure_files.png, part.drawing, title)


def csv(table: Table) -> bytes:
    """The table as it is on the page: numbers rounded as there, an empty cell where there is no value."""
    decimals = [one.decimals for one in table.columns]
    rows = [
        [_plain(value, places) for value, places in zip(row, decimals, strict=True)]
        for row in (*table.rows, *table.foot)
    ]
    return table_csv.render([one.title for one in table.columns], rows)


def xlsx(table: Table) -> bytes:
    """The same as a workbook: its title and n above it, numbers as numbers, text never as a formula or a link."""
    book, made = workbook.new(table.title)
    sheet = book.add_worksheet(table.file_name[: workbook.LONGEST_NAME])
    strong = book.add_format({"bold": True})
    sheet.write_string(0, 0, defused(f"{table.caption}. {table.title}"), strong)
    sheet.write_string(1, 0, defused(table.n))
    for across, column in enumerate(table.columns):
        sheet.write_string(3, across, defused(column.title), strong)
        sheet.set_column(across, across, max(8, 7 * column.width))
    formats = [book.add_format({"num_format": _format(one)}) for one in table.columns]
    for down, row in enumerate((*table.rows, *table.foot), 4):
        for across, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(down, across, defused(value))
            elif value is not None:
                sheet.write_number(down, across, value, formats[across])
    for down, note in enumerate(table.notes, 5 + len(table.rows) + len(table.foot)):
        sheet.write_string(down, 0, defused(note))
    book.close()
    return made.getvalue()


def _format(column: Column) -> str:
    return f"0.{'0' * column.decimals}" if column.decimals else "0"


def _plain(value: Value, decimals: int) -> str:
    """A cell of a CSV file: a number with an ASCII minus."""
    if value is None or value == "":
        return ""
    return value if isinstance(value, str) else shown(value, decimals).replace("−", "-")


def _methods(report: Report) -> bytes:
    with report.written():
        return "\n\n".join([*summary.methods(report.study), ""]).encode()


def _manifest(report: Report, found: dict[str, bytes]) -> dict[str, object]:
    source, study = report.source, report.study
    head = source.as_of
    return {
        "what": "trial report",
        "program": f"ALS Follow-up {VERSION}",
        "schedule": study.protocol.id,
        "schedule_versions": sorted({one.protocol.version for one in study.subjects}),
        "data_cut": source.until.isoformat(),
        "trail_entry": None if head is None else head.sequence,
        "trail_head": None if head is None else head.code,
        "numbers": "coded, not anonymous" if source.asked.coded else "record numbers",
        "days": "since the infusion" if source.asked.days_only else "dates",
        "spread": source.asked.spread,
        "paper": source.size.value,
        "chapters": [chapter.id for chapter, _made in report.chapters()],
        "patients": study.everybody.n,
        "treated": int(study.everybody.patients["treated_day"].notna().sum()),
        "demonstration": source.clinic.demonstration,
        "sha256": {
            path: hashlib.sha256(content).hexdigest() for path, content in sorted(found.items())
        },
    }


def _told(manifest: dict[str, object]) -> Iterator[str]:
    """The manifest for a reader, with the hashes as `sha256sum -c` reads them."""
    yield _("# Trial report: what it was made of, and the SHA-256 of every file.")
    hashes = manifest["sha256"]
    for name, value in manifest.items():
        if name != "sha256":
            said = ", ".join(map(str, value)) if isinstance(value, list) else value
            yield f"# {name}: {said}"
    assert isinstance(hashes, dict)
    for path, digest in hashes.items():
        yield f"{digest}  {path}"
