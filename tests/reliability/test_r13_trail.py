"""R13: whatever was done to the trail or behind its back is found, and nothing honest is suspected.

The tamperer has the open file: its data key, a connection that asks nobody, and all the time there is to
put the triggers back. What they lack is the key of the trail.
"""

import hashlib
import json
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from core.model.trail import Act
from core.session import Session
from core.store import audit, keys, verification
from core.store.verification import Verdict
from tests.files import sample_clinic as sample
from tests.reliability.histories import Clinician, with_clock_behind
from tests.reliability.witness import Result

KEY = bytes(range(32))
STORED = Path(__file__).parents[1] / "files"
ENTRIES = 160  # of the file that is tampered with
UNKNOWN = -1  # the tampering is found, but leads to no certain entry
Check = Callable[[Database, bytes, str], Verdict]


@dataclass
class Tamperer:
    """One connection to the file, and what it held before."""

    db: Database
    chance: random.Random
    last: int
    dropped: list[str] = field(default_factory=list)

    def disarm(self, table: str) -> None:
        """Drop the triggers of a table: nothing writes the trail meanwhile, and nothing defends it."""
        made = self.db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [table]
        )
        for name, sql in made.fetchall():
            self.db.execute(f"DROP TRIGGER {name}")
            self.dropped.append(sql)

    def put_back(self) -> None:
        for sql in self.dropped:
            self.db.execute(sql)

    def some_entry(self, first: int = 1) -> int:
        return self.chance.randrange(first, self.last + 1)

    def entry(self, sequence: int) -> dict:
        (row,) = self.db.query("SELECT * FROM audit WHERE id = ?", [sequence])
        return row

    def last_entry_of(self, table: str, row: str) -> int:
        found = self.db.execute(
            "SELECT max(id) FROM audit WHERE entity = ? AND row = ?", [table, row]
        )
        return found.fetchone()[0]

    def some_row(self) -> tuple[str, dict, str]:
        """A table, a live row of it, and its key as the trail writes it."""
        tables = sorted(set(self.db.table_names()) - audit.NOT_AUDITED)
        table = self.chance.choice([name for name in tables if self.db.table(name).count])
        self.disarm(table)
        row = self.chance.choice(list(self.db.query(f'SELECT * FROM "{table}"')))
        return table, row, "/".join(str(row[column]) for column in self.db.table(table).pks)

    def cut(self, first: int) -> None:
        self.db.execute("DELETE FROM audit WHERE id >= ?", [first])

    def undo(self, first: int) -> None:
        """Take the live rows back to how they stood before that entry."""
        for entry in list(
            self.db.query("SELECT * FROM audit WHERE id >= ? ORDER BY id DESC", [first])
        ):
            if entry["entity"] in {act.value for act in Act}:
                continue
            self.disarm(entry["entity"])
            for text, back in ((entry["after"], False), (entry["before"], True)):
                if text is None:
                    continue
                row = json.loads(text)
                where = " AND ".join(f'"{c}" = :{c}' for c in self.db.table(entry["entity"]).pks)
                self.db.execute(f'DELETE FROM "{entry["entity"]}" WHERE {where}', row)
                if back:
                    values = ", ".join(f":{column}" for column in row)
                    names = ", ".join(f'"{column}"' for column in row)
                    self.db.execute(
                        f'INSERT INTO "{entry["entity"]}" ({names}) VALUES ({values})', row
                    )

    def copy_entry(self, sequence: int, at: int, **changes: object) -> None:
        row = self.entry(sequence) | {"id": at} | changes
        marks = ", ".join(f":{column}" for column in row)
        self.db.execute(f"INSERT INTO audit ({', '.join(row)}) VALUES ({marks})", row)

    def shift(self, first: int, by: int) -> None:
        """Renumber every entry from that one on."""
        self.db.execute("UPDATE audit SET id = -id WHERE id >= ?", [first])
        self.db.execute("UPDATE audit SET id = -id + ? WHERE id < 0", [by])


def edited(one: Tamperer) -> int:
    """Any column of any entry, its hashes too."""
    n = one.some_entry()
    entry = one.entry(n)
    column = one.chance.choice(sorted(entry.keys() - {"id"}))
    old = entry[column]
    match old:
        case bytes():
            new = one.chance.choice((bytes(len(old)), one.chance.randbytes(32)))
        case int():
            new = old + one.chance.choice((-60, 1, 90))
        case None:
            new = one.chance.choice(("", "x", "{}"))
        case _:
            new = one.chance.choice((old + " ", "", old[1:], old.swapcase(), old + "x"))
            new = new if new != old else old + "!"
    one.db.execute(f'UPDATE audit SET "{column}" = ? WHERE id = ?', [new, n])
    return n


def a_value_edited(one: Tamperer) -> int:
    """One value in the middle of what an entry says a row was."""
    while True:
        n = one.some_entry()
        entry = one.entry(n)
        side = one.chance.choice(("before", "after"))
        if entry["entity"] not in {act.value for act in Act} and entry[side] is not None:
            break
    row = json.loads(entry[side])
    column = one.chance.choice(sorted(row))
    row[column] = one.chance.choice([v for v in (0, 1, None, "other") if v != row[column]])
    one.db.execute(f"UPDATE audit SET {side} = ? WHERE id = ?", [json.dumps(row), n])
    return n


def deleted(one: Tamperer) -> int:
    n = one.some_entry()
    one.db.execute("DELETE FROM audit WHERE id = ?", [n])
    return n


def deleted_and_closed_up(one: Tamperer) -> int:
    n = one.some_entry()
    one.db.execute("DELETE FROM audit WHERE id = ?", [n])
    one.shift(n + 1, -1)
    one.db.execute("UPDATE audit_head SET sequence = sequence - 1")
    return min(n, one.last - 1)  # of the last entry only the head knew


def inserted(one: Tamperer) -> int:
    n = one.some_entry()
    source = one.some_entry()
    before = b"" if n == 1 else one.entry(n - 1)["hash"]
    one.copy_entry(source, one.last + 2, previous=before, reason="always was there")
    one.db.execute("UPDATE audit SET id = -1 WHERE id = ?", [one.last + 2])
    one.db.execute("UPDATE audit SET id = -id - 1000000 WHERE id >= ?", [n])
    one.db.execute("UPDATE audit SET id = -id - 1000000 + 1 WHERE id < -1")
    one.db.execute("UPDATE audit SET id = ? WHERE id = -1", [n])
    return n


def appended(one: Tamperer) -> int:
    """As the program would write it, with every hash that can be made without the key."""
    n = one.last + 1
    previous = one.entry(one.last)["hash"]
    made = one.entry(one.some_entry()) | {"id": n, "previous": previous}
    content = json.dumps([made[c] for c in audit.COLUMNS if c != "previous"] + [previous.hex()])
    forged = one.chance.choice(
        (
            previous,
            hashlib.sha256(content.encode()).digest(),
            audit.entry_hash(b"", tuple(made[c] for c in audit.COLUMNS)),
        )
    )
    one.copy_entry(one.some_entry(), n, previous=previous, hash=forged)
    one.db.execute("UPDATE audit_head SET sequence = ?", [n])
    return n


def reordered(one: Tamperer) -> int:
    first, second = sorted(one.chance.sample(range(1, one.last + 1), 2))
    for old, new in ((first, -1), (second, first), (-1, second)):
        one.db.execute("UPDATE audit SET id = ? WHERE id = ?", [new, old])
    return first


def reordered_and_linked(one: Tamperer) -> int:
    """Two neighbours change places, and each names the hash before it."""
    n = one.some_entry(2)
    for old, new in ((n - 1, -1), (n, n - 1), (-1, n)):
        one.db.execute("UPDATE audit SET id = ? WHERE id = ?", [new, old])
    for k in (n - 1, n):
        before = b"" if k == 1 else one.entry(k - 1)["hash"]
        one.db.execute("UPDATE audit SET previous = ? WHERE id = ?", [before, k])
    return n - 1


def renumbered(one: Tamperer) -> int:
    n = one.some_entry()
    one.shift(n, one.chance.choice((1, 2, 100)))
    return n


def shifted_in_time(one: Tamperer) -> int:
    n = one.some_entry()
    rest = one.chance.random() < 0.5
    by = timedelta(seconds=one.chance.choice((-86400, -1, 0.001, 3600)))
    for k in range(n, one.last + 1 if rest else n + 1):
        at = datetime.fromisoformat(one.entry(k)["at"]) + by
        text = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        one.db.execute("UPDATE audit SET at = ? WHERE id = ?", [text, k])
    return n


def tail_cut(one: Tamperer) -> int:
    n = one.some_entry()
    if one.chance.random() < 0.5:
        one.undo(n)
    one.cut(n)
    return n


def tail_cut_and_head_set(one: Tamperer) -> int:
    """The head is set to the new end, without the key that vouches for it."""
    n = one.some_entry(2)
    if one.chance.random() < 0.5:
        one.undo(n)
    one.cut(n)
    one.db.execute("UPDATE audit_head SET sequence = ?", [n - 1])
    return n - 1


def head_edited(one: Tamperer) -> int:
    match one.chance.randrange(4):
        case 0:
            one.db.execute("UPDATE audit_head SET mac = ?", [one.chance.randbytes(32)])
            return one.last
        case 1:
            one.db.execute("UPDATE audit_head SET sequence = sequence + 1")
            return one.last + 1
        case 2:
            one.db.execute("UPDATE audit_head SET sequence = sequence - 1")
            return one.last - 1
        case _:
            one.db.execute("DELETE FROM audit_head")
            return UNKNOWN


def live_changed(one: Tamperer) -> int:
    """A value that the trail holds; bytes that it has the hash of are looked at by themselves."""
    table, row, key = one.some_row()
    kinds = one.db.table(table).columns_dict
    held = set(audit.written(one.db, table)) - set(one.db.table(table).pks)
    column = one.chance.choice(sorted(held))
    old = row[column]
    other = f"{old or ''}x" if kinds[column] is str else int(not old)
    _put(one, table, row, column, other)
    return one.last_entry_of(table, key)


def live_swapped(one: Tamperer) -> int:
    """Two answers change places: every value was once entered by somebody."""
    one.disarm("answer")
    found = list(one.db.query("SELECT * FROM answer"))
    first, second = one.chance.sample(found, 2)
    while (first["note"], first["item"]) == (second["note"], second["item"]):
        first, second = one.chance.sample(found, 2)
    keys_of = [f"{r['visit_id']}/{r['instrument']}/{r['slot']}" for r in (first, second)]
    for row, other in ((first, second), (second, first)):
        for column in ("note", "item"):
            _put(one, "answer", row, column, other[column])
    return min(one.last_entry_of("answer", key) for key in keys_of)


def live_inserted(one: Tamperer) -> int:
    table, row, _key = one.some_row()
    new = dict(row)
    for column in one.db.table(table).pks:
        old = new[column]
        new[column] = 77 if isinstance(old, int) else f"{old}-forged"
    marks = ", ".join(f":{c}" for c in new)
    try:
        one.db.execute(f'INSERT INTO "{table}" VALUES ({marks})', new)
    except sqlcipher.IntegrityError:  # a record number of its own
        return live_deleted(one)
    return UNKNOWN


def live_deleted(one: Tamperer) -> int:
    table, row, key = one.some_row()
    where = " AND ".join(f'"{c}" = :{c}' for c in one.db.table(table).pks)
    one.db.execute(f'DELETE FROM "{table}" WHERE {where}', row)
    return one.last_entry_of(table, key)


def _put(one: Tamperer, table: str, row: dict, column: str, value: object) -> None:
    where = " AND ".join(f'"{c}" = :{c}' for c in one.db.table(table).pks)
    one.db.execute(
        f'UPDATE "{table}" SET "{column}" = :new__value WHERE {where}', row | {"new__value": value}
    )


KINDS = (
    edited,
    a_value_edited,
    deleted,
    deleted_and_closed_up,
    inserted,
    appended,
    reordered,
    reordered_and_linked,
    renumbered,
    shifted_in_time,
    tail_cut,
    tail_cut_and_head_set,
    head_edited,
    live_changed,
    live_swapped,
    live_inserted,
    live_deleted,
)


def tamperings(trials: int, check: Check = verification.verify) -> Result:
    """Each is one tampering of a file that was whole: found, and its first entry named."""
    result = Result()
    chance = random.Random(trials)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "clinic.als"
        code = _a_file_with_history(path, chance)
        trail_key = keys.audit_key(KEY)
        with _tampering(path) as db:
            last = audit.head(db).sequence
            for trial in range(trials):
                one = Tamperer(db, random.Random(trial), last)
                if trial % (len(KINDS) + 1) == len(KINDS):
                    kind, found, wanted = "rolled back", *_rolled_back(path, one, check, code)
                else:
                    do = KINDS[trial % (len(KINDS) + 1)]
                    kind = do.__name__
                    db.execute("BEGIN")
                    try:
                        one.disarm("audit")
                        wanted = do(one)
                        one.put_back()
                        found = check(db, trail_key, "")
                    finally:
                        db.execute("ROLLBACK")
                result.trials += 1
                if found.is_whole:
                    result.failures.append(f"{kind} ({trial}): not found")
                elif wanted != UNKNOWN and found.sequence != wanted:
                    result.failures.append(
                        f"{kind} ({trial}): {found.problem} It was entry {wanted}."
                    )
            assert verification.verify(db, trail_key, code).is_whole
    return result


def _rolled_back(path: Path, one: Tamperer, check: Check, code: str) -> tuple[Verdict, int]:
    """The whole file as it stood earlier, perfect in itself: only the printed head bears witness."""
    trail_key = keys.audit_key(KEY)
    earlier = path.with_name("earlier.als")
    with closing(sqlcipher.connect(str(earlier))) as connection:
        connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
        db = Database(connection, strict=True)
        assert verification.verify(db, trail_key).is_whole
        return check(db, trail_key, code), audit.head(db).sequence + 1


def _a_file_with_history(path: Path, chance: random.Random) -> str:
    """Writes the file, and how it stood in the middle; answers the code on the last page that was printed."""
    session = Session(path, KEY, sample.LOGIN, create=True)
    try:
        with session.write("created"):
            session.clinics.save(sample.CLINIC)
            session.users.save(sample.USER)
            sample.fill(session)
        clinician = Clinician(session, chance)
        while session.trail_head.sequence < ENTRIES // 2:
            clinician.act()
        session._db.execute("VACUUM INTO ?", [str(path.with_name("earlier.als"))])
        while session.trail_head.sequence < ENTRIES:
            clinician.act()
        return session.trail_head.code
    finally:
        session.close()


@contextmanager
def _tampering(path: Path) -> Iterator[Database]:
    """The file open with its data key and nothing else."""
    with closing(sqlcipher.connect(str(path), isolation_level=None)) as connection:
        connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        yield Database(connection, strict=True)


def honest_histories(trials: int) -> Result:
    """Each is some days of a clinic, some of them in a file of an older version: nothing may be suspected."""
    result = Result()
    with tempfile.TemporaryDirectory() as name:
        files = _beginnings(Path(name))
        for trial in range(trials):
            chance = random.Random(trial)
            source, key, login = files[chance.choice((0, 0, 0, 0, 0, 1, 2, 3))]
            path = Path(name) / f"{trial}.als"
            shutil.copyfile(source, path)
            behind = _live_through(path, key, login, chance)
            result.trials += 1
            found = verification.verify_file(path, key)
            if found.problem:
                result.failures.append(f"history {trial}: {found.problem}")
            if bool(found.clock_set_back) != behind:
                result.failures.append(
                    f"history {trial}: clock set back {behind}, flagged {found.clock_set_back}"
                )
            for left in path.parent.glob(f"{trial}.*"):
                left.unlink()
    return result


def _beginnings(folder: Path) -> list[tuple[Path, bytes, str]]:
    """A new file, and one of every released step, with their keys."""
    new = folder / "new.als"
    session = Session(new, KEY, sample.LOGIN, create=True)
    with session.write("created"):
        session.clinics.save(sample.CLINIC)
        session.users.save(sample.USER)
    session.close()
    stored = sorted(STORED.glob("m*.als"))
    return [
        (new, KEY, sample.LOGIN),
        *(
            (one, keys.unwrap(keys.read(one), sample.LOGIN, sample.PASSWORD), sample.LOGIN)
            for one in stored
        ),
    ]


def _live_through(path: Path, key: bytes, login: str, chance: random.Random) -> bool:
    """Some days, each a session of its own; answers whether the clock was behind on one of them."""
    wrong_day = chance.choice((None, None, None, 1, 2))
    behind = False
    for day in range(3):
        session = Session(path, key, login)
        try:
            clinician = Clinician(session, chance)
            if day == wrong_day:
                before = session.trail_head
                with_clock_behind(5 + day, clinician.act)
                behind = session.trail_head != before
                assert (session.clock_set_back is not None) == behind
            for _ in range(chance.randrange(1, 8)):
                clinician.act()
        finally:
            session.close()
    return behind


@pytest.mark.parametrize("trials", [200, pytest.param(1000, marks=pytest.mark.slow)])
def test_r13_every_tampering_is_found_and_its_first_entry_named(trials):
    result = tamperings(trials)
    assert (result.trials, result.failures) == (trials, [])


@pytest.mark.parametrize("trials", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_r13_no_honest_history_is_suspected(trials):
    result = honest_histories(trials)
    assert (result.trials, result.failures) == (trials, [])


def test_r13_without_its_key_the_chain_would_find_little(monkeypatch):
    """The harness fails when the protection is off: whoever can make the hashes can rewrite the past."""

    def rewriting(db, key, code):
        """The tamperer goes on: every entry renumbered and chained anew, and the head set."""
        one = Tamperer(db, random.Random(0), 0)
        one.disarm("audit")
        previous = b""
        for number, entry in enumerate(list(db.query("SELECT * FROM audit ORDER BY id")), 1):
            made = entry | {"id": number, "previous": previous}
            previous = audit.entry_hash(key, tuple(made[column] for column in audit.COLUMNS))
            db.execute("DELETE FROM audit WHERE id = ?", [entry["id"]])
            made["hash"] = previous
            marks = ", ".join(f":{column}" for column in made)
            db.execute(f"INSERT INTO audit ({', '.join(made)}) VALUES ({marks})", made)
        db.execute("DELETE FROM audit_head")
        audit.seal(db, key)
        one.put_back()
        return verification.verify(db, key, code)

    result = tamperings(len(KINDS), check=rewriting)
    missed = {failure.split(" ")[0] for failure in result.failures}
    assert {"shifted_in_time", "edited", "head_edited"} <= missed


def test_r13_without_the_chain_check_the_harness_fails(monkeypatch):
    def unchecked(db, key, reading):
        for entry in db.execute("SELECT id, entity, row, after FROM audit ORDER BY id"):
            sequence, entity, row, after = entry
            if entity not in verification._ACTS:
                reading.last[entity, row] = (after, sequence)
            reading.sequence = sequence

    monkeypatch.setattr(verification, "_in_the_chain", unchecked)
    monkeypatch.setattr(verification, "_at_the_head", lambda *_: None)
    result = tamperings(2 * len(KINDS))
    assert len(result.failures) > len(KINDS)
    assert any("not found" in failure for failure in result.failures)
