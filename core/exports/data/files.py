"""Tables as files: CSV in one ZIP or in a folder, and one XLSX workbook. The same tables give the same bytes."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from core.errors import AppError
from core.exports import table_csv
from core.exports.data import allowed, codebook, coded, stored, wide
from core.exports.data.table import Table
from core.exports.workbook import LONGEST_NAME, new
from core.model.document import Counted, OfData
from core.model.stored import ABOUT, ATTACHED, LONG, SUMS
from core.words import _

_MADE = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP knows
MOST_ROWS = 1_048_576  # of a worksheet
LONGEST_CELL = 32_767  # letters of a cell of a worksheet
_CUT = "… (cut here: the CSV has all of it)"


class Export:
    """The tables of one export, and what it says of itself."""

    def __init__(self, source: OfData) -> None:
        left = allowed.Left(source.records)
        patients = [record.patient.id for record in left.records]
        every = [
            *wide.tables(left.records),
            *stored.tables(left.allowed(source.stored), patients),
            left.table(),
        ]
        if source.secret:
            every = coded.tables(every, source.secret)
        self.coded = bool(source.secret)
        self.tables: list[Table] = every
        self.rows = {table.path: len(table.rows) for table in every}
        self.about = codebook.about(
            every,
            patients=len(patients),
            coded=self.coded,
            demonstration=source.clinic.demonstration,
        )
        self._attached = source.attached

    @property
    def beside(self) -> list[Table]:
        """What explains the tables."""
        groups = [coded.small_groups(self.tables)] if self.coded else []
        return [codebook.codebook(self.tables), *groups]

    def files(self) -> dict[str, bytes]:
        """Every file of the CSV by its path, and last their hashes, as ``sha256sum -c`` reads them."""
        found = {ABOUT: "".join(f"{line}\r\n" for line in self.about).encode("utf-8-sig")}
        for table in (*self.beside, *self.tables):
            found[f"{table.path}.csv"] = csv_of(table)
        if not self.coded:
            for name, content in self._attached_here():
                found[f"{ATTACHED}/{name}"] = content
        sums = (
            f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in found.items()
        )
        found[SUMS] = "".join(sums).encode()
        return found

    def _attached_here(self) -> Iterator[tuple[str, bytes]]:
        """The attached files of which there is a row."""
        for table in self.tables:
            if table.path == f"{LONG}/attachment":
                own = table.names.index("id")
                for name in (str(row.cells[own]) for row in table.rows):
                    yield name, self._attached[name]


def csv_document(source: OfData) -> Counted:
    """A ZIP with a CSV for each table."""
    made = Export(source)
    return Counted.of(zipped(made.files()), made.rows)


def xlsx_document(source: OfData) -> Counted:
    """A workbook with a sheet for each table."""
    made = Export(source)
    return Counted.of(workbook(made), made.rows)


def csv_of(table: Table) -> bytes:
    return table_csv.render(table.names, (row.cells for row in table.rows))


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, _MADE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # or it would say on which system it was made
            entry.external_attr = 0o600 << 16
            made.writestr(entry, content)
    return buffer.getvalue()


# A workbook -------------------------------------------------------------------------------------


def workbook(export: Export) -> bytes:
    """No text of it is a formula or a link. Raises AppError where a table is too long for a sheet."""
    made, buffer = new(export.about[0])
    bold = made.add_format({"bold": True})
    about = made.add_worksheet("about")
    for n, line in enumerate(export.about):
        about.write_string(n, 0, line)
    names = _Names("about")
    for table in (*export.beside, *export.tables):
        _sheet(made.add_worksheet(names.of(table)), table, bold)
    made.close()
    return buffer.getvalue()


class _Names:
    """Sheets' names: short enough, and each once."""

    def __init__(self, *taken: str) -> None:
        self._taken = set(taken)

    def of(self, table: Table) -> str:
        prefix = f"{table.folder} " if table.folder == LONG else ""
        plain = f"{prefix}{table.name}"
        name, n = plain[:LONGEST_NAME], 1
        while name.casefold() in self._taken:
            n += 1
            end = f"~{n}"
            name = f"{plain[: LONGEST_NAME - len(end)]}{end}"
        self._taken.add(name.casefold())
        return name


def _sheet(sheet: Any, table: Table, bold: Any) -> None:
    if len(table.rows) >= MOST_ROWS:
        text = _("The table {table} has more rows than a worksheet can hold. Export it as CSV.")
        raise AppError(text.format(table=table.path))
    for n, column in enumerate(table.columns):
        sheet.write_string(0, n, column.name, bold)
    sheet.freeze_panes(1, 0)
    for at, row in enumerate(table.rows, start=1):
        for n, cell in enumerate(row.cells):
            if isinstance(cell, int | float):
                sheet.write_number(at, n, cell)
            elif cell:
                sheet.write_string(at, n, _fitting(cell))


def _fitting(text: str) -> str:
    """As much of it as a cell can hold: a longer one would be left out altogether."""
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - len(_CUT)]}{_CUT}"
