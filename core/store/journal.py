"""What a crash left beside the clinic file, tried on a copy before SQLite plays it back into the file.

A journal holds pages as they were before a commit that was cut short, and SQLite writes them back into
the file at the next opening, before anyone can look at them. A journal of another file, of another
day of the same file, or a damaged one, would so destroy a clinic file that was whole.
"""

import shutil
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

PAGE = 4096  # bytes, as SQLCipher writes every file of ours
_MAGIC = bytes.fromhex("d9d505f920a163d7")
# Magic, records, where the checksum starts, pages of the file, size of a sector and of a page.
_HEADER = struct.Struct(">8sIIIII")


def journal_file(clinic_file: Path) -> Path:
    return clinic_file.with_name(clinic_file.name + "-journal")


def content(clinic_file: Path) -> bytes | None:
    """The journal beside the file; each commit writes another one. None where there is none."""
    try:
        return journal_file(clinic_file).read_bytes()
    except FileNotFoundError:
        return None


def would_harm(clinic_file: Path, key: bytes) -> bool:
    """Whether playing back the journal beside the file would leave a file that is not whole.

    Raises OSError where there is no room for the copy. A file that another program is just writing may
    look harmed; so may one of this program, and looking would let go of its lock: open a file once.
    """
    size = clinic_file.stat().st_size
    journal = content(clinic_file)
    if journal is None or len(journal) < _HEADER.size or not journal.startswith(_MAGIC):
        return False  # none, an empty or a finished one: SQLite leaves the file alone
    _magic, _records, _start, pages, _sector, page_size = _HEADER.unpack_from(journal)
    if page_size != PAGE or pages * PAGE > size + len(journal):
        return True  # SQLite would make the file as large as that says
    with _copied(clinic_file) as copy:
        return not _is_whole(copy, key)


@contextmanager
def _copied(clinic_file: Path) -> Iterator[Path]:
    """The file and its journal under another name, for as long as this lasts; both are encrypted."""
    copy = clinic_file.with_name(clinic_file.name + ".trial")
    both = (copy, journal_file(copy))
    try:
        for source, target in zip((clinic_file, journal_file(clinic_file)), both, strict=True):
            shutil.copyfile(source, target)
        yield copy
    finally:
        for made in both:
            made.unlink(missing_ok=True)


def _is_whole(copy: Path, key: bytes) -> bool:
    try:
        with closing(sqlcipher.connect(str(copy))) as connection:
            for pragma in (
                "cipher_log_level = NONE",  # it would write to stderr
                f"key = \"x'{key.hex()}'\"",
                "temp_store = MEMORY",
            ):
                connection.execute(f"PRAGMA {pragma}")
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)])
    except sqlcipher.Error:
        return False
