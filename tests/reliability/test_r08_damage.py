"""R8: a damaged file is caught before any value is shown, and the original is never overwritten."""

import random
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from core.errors import FileDamaged
from core.session import Session
from core.store.keys import audit_key
from core.store.verification import verify
from tests.reliability import clinic_day, vfs, witness
from tests.reliability.vfs import Call, Kind, needs_vfs
from tests.reliability.witness import Result

PAGE = 4096  # bytes
JOURNAL = "clinic.als-journal"
RESTORE = "restore"  # what the sentence must offer
SAVE_OF_THE_CRASH = 15


@dataclass(frozen=True, slots=True)
class Clinic:
    """A clinic's file as it is now and as it was before its last saves; and what a crash once left."""

    now: bytes
    earlier: bytes
    crashed: bytes  # in the middle of a commit ...
    journal: bytes  # ... with this beside it
    tables: dict[str, list[witness.Row]]
    crashed_tables: dict[str, list[witness.Row]]  # once the journal was played back

    @property
    def pages(self) -> list[bytes]:
        return _pages(self.now)


Folder = dict[str, bytes]
Damage = Callable[[Clinic, Clinic], Folder]


def _bit(clinic: Clinic, _other: Clinic) -> Folder:
    return {"clinic.als": _flipped(clinic.now, 1)}


def _bits(clinic: Clinic, _other: Clinic) -> Folder:
    return {"clinic.als": _flipped(clinic.now, random.randrange(2, 64))}


def _zeroed_pages(clinic: Clinic, _other: Clinic) -> Folder:
    gone = set(random.sample(range(len(clinic.pages)), random.randrange(1, 4)))
    pages = [bytes(PAGE) if n in gone else page for n, page in enumerate(clinic.pages)]
    return {"clinic.als": b"".join(pages)}


def _noise(clinic: Clinic, _other: Clinic) -> Folder:
    start = random.randrange(len(clinic.now))
    noise = random.randbytes(random.choice([512, PAGE, 3 * PAGE]))
    data = clinic.now[:start] + noise + clinic.now[start + len(noise) :]
    return {"clinic.als": data[: len(clinic.now)]}


def _truncated(clinic: Clinic, _other: Clinic) -> Folder:
    length = random.randrange(len(clinic.now))
    return {"clinic.als": clinic.now[: random.choice([length, length // PAGE * PAGE])]}


def _longer(clinic: Clinic, _other: Clinic) -> Folder:
    more = random.choice([random.randbytes(random.randrange(1, 2 * PAGE)), clinic.now[-PAGE:]])
    return {"clinic.als": clinic.now + more}


def _swapped(clinic: Clinic, _other: Clinic) -> Folder:
    pages = list(clinic.pages)
    one, two = random.sample(range(len(pages)), 2)
    pages[one], pages[two] = pages[two], pages[one]
    return {"clinic.als": b"".join(pages)}


def _pages_of_another_clinic(clinic: Clinic, other: Clinic) -> Folder:
    pages = list(clinic.pages)
    place = random.randrange(min(len(pages), len(other.pages)))
    pages[place] = other.pages[place]
    return {"clinic.als": b"".join(pages)}


def _file_of_another_clinic(_clinic: Clinic, other: Clinic) -> Folder:
    return {"clinic.als": random.choice([other.now, other.earlier])}


def _journal_of_another_clinic(clinic: Clinic, other: Clinic) -> Folder:
    return {"clinic.als": clinic.now, JOURNAL: other.journal}


def _damaged_journal(clinic: Clinic, _other: Clinic) -> Folder:
    return {"clinic.als": clinic.crashed, JOURNAL: _flipped(clinic.journal, 1, after=512)}


def _old_page(clinic: Clinic, _other: Clinic) -> Folder:
    """A single page as it was before: signed by the right key, in its right place."""
    pages, old = clinic.pages, _pages(clinic.earlier)
    place = random.choice([n for n, page in enumerate(old) if page != pages[n]])
    pages[place] = old[place]
    return {"clinic.als": b"".join(pages)}


def _old_pages(clinic: Clinic, _other: Clinic) -> Folder:
    pages, old = clinic.pages, _pages(clinic.earlier)
    changed = [n for n, page in enumerate(old) if page != pages[n]]
    for place in random.sample(changed, len(changed) // 2):
        pages[place] = old[place]
    return {"clinic.als": b"".join(pages)}


def _old_journal(clinic: Clinic, _other: Clinic) -> Folder:
    """As when a backup is put beside what a crash left: it would be played back into it."""
    return {"clinic.als": clinic.now, JOURNAL: clinic.journal}


DAMAGES: tuple[Damage, ...] = (
    _bit,
    _bits,
    _zeroed_pages,
    _noise,
    _truncated,
    _longer,
    _swapped,
    _pages_of_another_clinic,
    _file_of_another_clinic,
    _journal_of_another_clinic,
    _damaged_journal,
    _old_page,
    _old_pages,
    _old_journal,
)


def damages(trials: int, kinds: tuple[Damage, ...] = DAMAGES) -> Result:
    """Damages of every kind by turns: each is refused with a sentence, or has changed no value at all."""
    result = Result()
    with tempfile.TemporaryDirectory() as name:
        clinic = _clinic(Path(name, "one"), clinic_day.KEY)
        other = _clinic(Path(name, "other"), bytes(reversed(clinic_day.KEY)))
        for trial in range(trials):
            damage = kinds[trial % len(kinds)]
            left = damage(clinic, other)
            folder = Path(name, str(trial))
            folder.mkdir()
            for file, content in left.items():
                (folder / file).write_bytes(content)
            result.trials += 1
            said = f"{damage.__name__.strip('_')}, trial {trial}: "
            true = clinic.crashed_tables if left["clinic.als"] == clinic.crashed else clinic.tables
            result.failures += [said + what for what in _unseen(folder, left, true)]
            shutil.rmtree(folder)
    return result


def unseen_by_the_driver(trials: int, kinds: tuple[Damage, ...]) -> int:
    """How many damages the driver alone does not see while somebody looks at the patients."""
    unseen = 0
    with tempfile.TemporaryDirectory() as name:
        clinic = _clinic(Path(name, "one"), clinic_day.KEY)
        other = _clinic(Path(name, "other"), bytes(reversed(clinic_day.KEY)))
        for trial in range(trials):
            folder = Path(name, str(trial))
            folder.mkdir()
            for file, content in kinds[trial % len(kinds)](clinic, other).items():
                (folder / file).write_bytes(content)
            with (
                suppress(sqlcipher.Error),
                witness.bare(folder / "clinic.als", clinic_day.KEY) as db,
            ):
                db.execute("SELECT * FROM patient").fetchall()
                unseen += 1
    return unseen


def _unseen(folder: Path, left: Folder, true: dict[str, list[witness.Row]]) -> list[str]:
    """What was shown though it is not true, or overwritten though it was all there is."""
    try:
        with witness.opened(folder / "clinic.als", clinic_day.KEY) as db:
            shown = witness.tables(db)
            # Old pages that fit together carry the right signatures: only the chain tells them apart.
            tells = verify(db, audit_key(clinic_day.KEY)).problem
    except FileDamaged as error:
        found = [] if RESTORE in str(error) else [f"no restore is offered: {error}"]
        if {path.name: path.read_bytes() for path in folder.iterdir()} != left:
            found.append("the original was overwritten")
        return found
    except Exception as error:
        return [f"{error!r}"]
    if tells:
        return []
    return [f"other values are shown in {name}" for name in true if shown.get(name) != true[name]]


def _clinic(folder: Path, key: bytes) -> Clinic:
    folder.mkdir()
    path = folder / "clinic.als"
    clinic_day.create(path, key)
    crash: Folder = {}
    armed = False

    def take_a_picture(call: Call) -> int:
        if armed and not crash and call.kind is Kind.SYNC and call.path == path:
            crash.update({file.name: file.read_bytes() for file in folder.iterdir()})
        return vfs.OK

    with vfs.watched(take_a_picture):
        earlier = _after_saves(path, key, 100)
        session = Session(path, key, clinic_day.LOGIN)
        try:
            for number, save in enumerate(clinic_day.day(session)):
                armed = number == SAVE_OF_THE_CRASH
                if armed:
                    before = witness.tables(session._db)
                save.do()
            tables = witness.tables(session._db)
        finally:
            session.close()
    return Clinic(
        now=path.read_bytes(),
        earlier=earlier,
        crashed=crash["clinic.als"],
        journal=crash[JOURNAL],
        tables=tables,
        crashed_tables=before,
    )


def _after_saves(path: Path, key: bytes, count: int) -> bytes:
    session = Session(path, key, clinic_day.LOGIN)
    try:
        for _, save in zip(range(count), clinic_day.day(session), strict=False):
            save.do()
    finally:
        session.close()
    return path.read_bytes()


def _pages(data: bytes) -> list[bytes]:
    return [data[start : start + PAGE] for start in range(0, len(data), PAGE)]


def _flipped(data: bytes, count: int, *, after: int = 0) -> bytes:
    damaged = bytearray(data)
    for _ in range(count):
        damaged[random.randrange(after, len(data))] ^= 1 << random.randrange(8)
    return bytes(damaged)


@needs_vfs
@pytest.mark.parametrize("trials", [2 * len(DAMAGES), pytest.param(150, marks=pytest.mark.slow)])
def test_r08_a_damaged_file_is_caught_and_left_as_it_is(trials):
    result = damages(trials)
    assert result.failures == []
    assert result.trials == trials


@needs_vfs
def test_r08_without_our_looking_damage_is_not_seen():
    """R8: the driver reads what it is asked for; the rest of the file may be gone."""
    assert unseen_by_the_driver(12, (_bit, _zeroed_pages)) > 0
    assert unseen_by_the_driver(8, (_old_page,)) > 0


@needs_vfs
def test_r08_without_our_looking_a_strange_journal_destroys_the_file(tmp_path):
    clinic = _clinic(tmp_path / "one", clinic_day.KEY)
    other = _clinic(tmp_path / "other", bytes(reversed(clinic_day.KEY)))
    path = tmp_path / "clinic.als"
    path.write_bytes(clinic.now)
    (tmp_path / JOURNAL).write_bytes(other.journal)
    with witness.bare(path, clinic_day.KEY) as db, pytest.raises(sqlcipher.Error):
        db.execute("SELECT * FROM patient").fetchall()
    assert path.read_bytes() != clinic.now
