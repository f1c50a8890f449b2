import errno
import json
import os
import random
import stat
import subprocess
import sys
import threading
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import pwhash

from core.errors import FileDamaged, FileMissing, FileTooNew, StorageError, WrongPassword
from core.store import keys
from core.store.keys import Cost, SlotKind

KEY = b"k" * 32
CHEAP = Cost(opslimit=1, memlimit=8192)  # what is tested here is mostly not the price of a guess
# A key file as version 0.1 wrote it, for dr.demo and Nurse.
FORMAT_1 = Path(__file__).with_name("format_1.als.keys")


@pytest.fixture(autouse=True)
def price_of_a_guess():
    """The real one."""


def with_password(ring, login, password, key=KEY):
    return keys.with_password(ring, key, login, password, CHEAP)


def a_ring():
    ring = with_password(keys.new_ring(), "dr.demo", "s3cret")
    return with_password(ring, "Nurse", "رمز عبور")


@pytest.fixture
def clinic(tmp_path):
    """The path of a clinic file whose two key files are written."""
    path = tmp_path / "clinic.als"
    keys.write(path, a_ring())
    return path


def both(clinic):
    return keys.key_file(clinic), keys.second_key_file(clinic)


def test_r09_the_price_of_a_guess():
    """R9: Argon2id, at least 64 MiB and three passes, also where nobody says so."""
    assert keys.MINIMUM.opslimit >= 3
    assert keys.MINIMUM.memlimit >= 64 * 1024 * 1024
    (slot,) = keys.with_password(keys.new_ring(), KEY, "dr.demo", "s3cret").slots
    assert (slot.opslimit, slot.memlimit) == (3, 64 * 1024 * 1024)


def test_r09_the_price_is_tuned_to_the_machine():
    cost = keys.tuned()
    assert cost.opslimit == keys.MINIMUM.opslimit
    assert cost.memlimit in {size * 1024 * 1024 for size in (64, 128, 256, 512)}
    assert keys.tuned() is cost  # measured once


def test_a_new_password_costs_what_was_asked_for():
    cost = Cost(opslimit=2, memlimit=16384)
    ring = keys.with_password(keys.new_ring(), KEY, "dr.demo", "s3cret", cost)
    ring, _code = keys.with_recovery(ring, KEY, cost)
    assert [(slot.opslimit, slot.memlimit) for slot in ring.slots] == [(2, 16384)] * 2


def test_each_persons_password_opens_the_one_key(clinic):
    ring = keys.read(clinic)
    assert keys.unwrap(ring, "dr.demo", "s3cret") == KEY
    assert keys.unwrap(ring, "Nurse", "رمز عبور") == KEY
    assert keys.unwrap(ring, "NURSE", "رمز عبور") == KEY
    assert ring.login_of("NURSE") == "Nurse"
    assert ring.login_of("nobody") is None


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("dr.demo", "S3cret"),
        ("dr.demo", ""),
        ("dr.demo", "رمز عبور"),  # another person's
        ("dr.demo", "\ud83d"),  # half a character, as some keyboards send
        ("nobody", "s3cret"),
        ("", ""),
        ("Gone", "sp4de"),  # disabled
    ],
)
def test_r09_unknown_disabled_and_wrong_get_one_sentence(clinic, login, password):
    """R9: the same message for all."""
    ring = keys.without(with_password(keys.read(clinic), "Gone", "sp4de"), "gone")
    with pytest.raises(WrongPassword) as refused:
        keys.unwrap(ring, login, password)
    assert str(refused.value) == (
        "This user name and password do not open the clinic file. Check both and try again."
    )


def test_r09_an_unknown_user_costs_as_much_as_a_wrong_password(clinic, monkeypatch):
    derived, derive = [], keys._derive
    monkeypatch.setattr(keys, "_derive", lambda *a: derived.append(a[2:]) or derive(*a))
    ring = keys.read(clinic)
    for login in ("dr.demo", "nobody", ""):
        with pytest.raises(WrongPassword):
            keys.unwrap(ring, login, "wrong")
    assert len(derived) == 3 and len(set(derived)) == 1


def test_a_changed_password_replaces_the_old_one_and_no_other(clinic):
    ring = with_password(keys.read(clinic), "DR.Demo", "an0ther")
    assert keys.unwrap(ring, "dr.demo", "an0ther") == KEY
    assert keys.unwrap(ring, "Nurse", "رمز عبور") == KEY
    with pytest.raises(WrongPassword):
        keys.unwrap(ring, "dr.demo", "s3cret")
    assert len(ring.slots) == 2


def test_a_password_opens_however_the_keyboard_composes_its_letters(clinic):
    ring = with_password(keys.read(clinic), "dr.demo", unicodedata.normalize("NFC", "Zoé élève"))
    assert keys.unwrap(ring, "dr.demo", unicodedata.normalize("NFD", "Zoé élève")) == KEY


@pytest.mark.parametrize("field", ["login", "kind", "file_id"])
def test_a_slot_opens_for_nobody_else_and_no_other_file(clinic, field):
    ring, code = keys.with_recovery(keys.read(clinic), KEY, CHEAP)
    fields = json.loads(keys._serialized(ring))
    match field:
        case "login":
            fields["slots"][0]["login"] = "mallory"
        case "kind":  # the recovery code made somebody's password
            fields["slots"][2]["kind"] = "user"
        case "file_id":
            fields["file_id"] = "0" * 32
    del fields["checksum"]
    fields["checksum"] = keys._checksum(fields)
    for copy in both(clinic):
        copy.write_text(json.dumps(fields, indent=1))
    tampered = keys.read(clinic)
    for login, password in [("mallory", "s3cret"), ("mallory", code), ("", code)]:
        with pytest.raises(WrongPassword):
            keys.unwrap(tampered, login, password)
    if field == "file_id":
        with pytest.raises(WrongPassword):
            keys.unwrap(tampered, "dr.demo", "s3cret")


def test_the_recovery_code_opens_however_it_is_typed(clinic):
    ring, code = keys.with_recovery(keys.read(clinic), KEY, CHEAP)
    keys.write(clinic, ring)
    assert keys.unwrap_recovery(keys.read(clinic), f" {code.lower().replace('-', ' ')}\n") == KEY


def test_a_new_recovery_code_makes_the_old_one_useless(clinic):
    ring, old = keys.with_recovery(keys.read(clinic), KEY, CHEAP)
    ring, new = keys.with_recovery(ring, KEY, CHEAP)
    assert [slot.kind for slot in ring.slots].count(SlotKind.RECOVERY) == 1
    assert keys.unwrap_recovery(ring, new) == KEY
    assert keys.unwrap(ring, "dr.demo", "s3cret") == KEY
    with pytest.raises(WrongPassword, match="does not open this clinic file"):
        keys.unwrap_recovery(ring, old)


def test_a_mistyped_recovery_code_is_told_from_one_that_does_not_open(clinic):
    ring, code = keys.with_recovery(keys.read(clinic), KEY, CHEAP)
    mistyped = code[:5] + ("0" if code[5] != "0" else "1") + code[6:]
    with pytest.raises(WrongPassword, match="mistyped in its group 2"):
        keys.unwrap_recovery(ring, mistyped)
    with pytest.raises(WrongPassword, match="does not open this clinic file"):
        keys.unwrap_recovery(keys.read(clinic), code)  # it was never written


def test_a_recovery_code_is_no_password_and_a_password_no_recovery_code(clinic):
    ring, code = keys.with_recovery(keys.read(clinic), KEY, CHEAP)
    for login in ("", "recovery", "dr.demo"):
        with pytest.raises(WrongPassword):
            keys.unwrap(ring, login, code)
    with pytest.raises(WrongPassword):
        keys.unwrap_recovery(ring, "s3cret")


def test_no_key_no_password_and_no_code_stand_in_the_key_files(clinic):
    ring, code = keys.with_recovery(keys.read(clinic), KEY, CHEAP)
    keys.write(clinic, ring)
    for copy in both(clinic):
        text = copy.read_text().lower()
        assert KEY.hex() not in text and "k" * 32 not in text
        assert "s3cret" not in text and b"s3cret".hex() not in text
        assert code.lower() not in text and code.replace("-", "").lower() not in text


def test_two_files_with_one_password_share_nothing():
    one, two = (with_password(keys.new_ring(), "dr.demo", "s3cret") for _ in range(2))
    assert one.file_id != two.file_id
    (slot,), (other,) = one.slots, two.slots
    assert slot.salt != other.salt and slot.nonce != other.nonce and slot.wrapped != other.wrapped
    assert keys.new_key() != keys.new_key()


def test_the_key_of_the_audit_chain_is_always_the_same_and_not_the_data_key():
    # From its definition: HMAC-SHA-256 under the data key over the label.
    wanted = "85a0a8e37a856eefe9492e40569be45ba6c9430030dd990cb03bd920a553da66"
    assert keys.audit_key(KEY).hex() == wanted
    assert keys.audit_key(KEY) != KEY != keys.audit_key(b"l" * 32)


def test_both_copies_are_the_same_and_nothing_else_is_left_beside(clinic):
    keys.write(clinic, with_password(keys.read(clinic), "dr.demo", "an0ther"))
    one, other = both(clinic)
    assert one.read_bytes() == other.read_bytes()
    assert {path.name for path in clinic.parent.iterdir()} == {one.name, other.name}


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        st.text(max_size=8),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_people_are_called_and_type_is_read_back(tmp_path_factory, people):
    clinic = tmp_path_factory.mktemp("any") / "clinic.als"
    ring = keys.new_ring()
    for login, password in people.items():
        ring = with_password(ring, login, password)
    keys.write(clinic, ring)
    assert keys.read(clinic) == ring
    last = {login.casefold(): password for login, password in people.items()}
    for login in people:
        assert keys.unwrap(keys.read(clinic), login, last[login.casefold()]) == KEY


@pytest.mark.parametrize("copy", [0, 1])
@pytest.mark.parametrize("how", ["missing", "empty", "a folder", "older"])
def test_r09_one_copy_is_enough_and_opening_mends_the_other(clinic, copy, how):
    """R9: a second copy of the key file."""
    old = keys.key_file(clinic).read_bytes()
    ring = with_password(keys.read(clinic), "dr.demo", "an0ther")
    keys.write(clinic, ring)
    wrong = both(clinic)[copy]
    match how:
        case "missing":
            wrong.unlink()
        case "empty":
            wrong.write_bytes(b"")
        case "a folder":
            wrong.unlink()
            wrong.mkdir()
        case "older":
            wrong.write_bytes(old)
    assert keys.read(clinic) == ring
    assert keys.unwrap(keys.read(clinic), "dr.demo", "an0ther") == KEY
    if how == "a folder":
        wrong.rmdir()
    assert keys.repair(clinic, ring)
    assert not keys.repair(clinic, ring)
    one, other = both(clinic)
    assert one.read_bytes() == other.read_bytes()
    both(clinic)[1 - copy].unlink()
    assert keys.read(clinic) == ring


def test_both_key_files_missing(tmp_path):
    with pytest.raises(
        FileMissing, match=r"clinic\.als\.keys is not beside .* clinic\.als\.keys2\."
    ):
        keys.read(tmp_path / "clinic.als")


def test_one_missing_and_one_damaged_is_told_of_both(clinic):
    one, other = both(clinic)
    one.write_bytes(b"")
    other.unlink()
    said = r"\(clinic\.als\.keys is damaged, clinic\.als\.keys2 is missing\). Put one back"
    with pytest.raises(FileDamaged, match=said):
        keys.read(clinic)


def test_key_files_that_cannot_be_read(clinic):
    for copy in both(clinic):
        copy.unlink()
        copy.mkdir()
    with pytest.raises(StorageError, match=r"cannot be read \(clinic\.als\.keys: .*permissions"):
        keys.read(clinic)


def test_key_files_of_two_clinics_are_not_guessed_between(clinic, tmp_path):
    keys.write(tmp_path / "other.als", a_ring())
    keys.key_file(tmp_path / "other.als").replace(keys.key_file(clinic))
    before = [copy.read_bytes() for copy in both(clinic)]
    with pytest.raises(FileDamaged, match="belong to two different clinic files"):
        keys.read(clinic)
    assert [copy.read_bytes() for copy in both(clinic)] == before


SLOT = {
    "kind": "user",
    "login": "dr.demo",
    "opslimit": 1,
    "memlimit": 8192,
    "salt": "00" * 16,
    "nonce": "00" * 24,
    "wrapped": "00" * 48,
    "format": 2,
}


def sealed(fields):
    return json.dumps({**fields, "checksum": keys._checksum(fields)}, indent=1).encode()


def of(**changes):
    slot = {**SLOT, **changes}
    return sealed({"format": 2, "file_id": "f", "generation": 1, "slots": [slot]})


def test_the_examples_of_hostile_files_differ_from_a_whole_one_only_in_what_they_say(clinic):
    keys.key_file(clinic).write_bytes(of())
    keys.second_key_file(clinic).unlink()
    assert keys.read(clinic).login_of("dr.demo")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b"{}",
        b'"text"',
        b"[" * 100_000,
        b" " * 2_000_000,
        b'{"format": 1}',
        b'{"format": 1, "slots": [], "checksum": ""}',
        b'{"format": 1, "slots": [{}], "checksum": ""}',
        b'{"format": 1, "slots": 5, "checksum": ""}',
        b'{"format": 3, "slots": [], "checksum": ""}',
        sealed({"format": 2, "file_id": "f", "generation": 1, "slots": []}),
        sealed({"format": 2, "file_id": "f", "generation": 1, "slots": [5]}),
        sealed({"format": "2", "file_id": "f", "generation": 1, "slots": [SLOT]}),
        sealed({"format": 2, "file_id": "f", "generation": "1", "slots": [SLOT]}),
        sealed({"format": 2, "generation": 1, "slots": [SLOT]}),
        sealed({"format": 2, "file_id": "f", "generation": 1, "slots": [SLOT], "more": 1}),
        of(kind="visitor"),
        of(memlimit=2**40),  # a terabyte
        of(memlimit=1),
        of(opslimit=2**31),
        of(opslimit=0),
        of(opslimit=-1),
        of(salt=""),
        of(salt="zz" * 16),
        of(nonce="00"),
        of(wrapped="00" * 47),
    ],
)
def test_a_file_that_is_no_key_file_is_called_damaged(clinic, content):
    for copy in both(clinic):
        copy.write_bytes(content)
    with pytest.raises(FileDamaged, match=r"clinic\.als\.keys is damaged"):
        keys.read(clinic)


def test_every_truncation_is_called_damaged(clinic):
    whole = keys.key_file(clinic).read_bytes()
    keys.second_key_file(clinic).unlink()
    for length in range(len(whole)):
        keys.key_file(clinic).write_bytes(whole[:length])
        with pytest.raises(FileDamaged):
            keys.read(clinic)


def test_a_newer_key_file_is_refused_untouched(clinic):
    fields = {"format": 3, "words": "of a program to come"}
    keys.key_file(clinic).write_bytes(sealed(fields))
    for _ in range(2):  # beside a whole one of ours, and beside none
        with pytest.raises(FileTooNew, match=r"clinic\.als\.keys was written by a newer version"):
            keys.read(clinic)
        keys.second_key_file(clinic).unlink(missing_ok=True)
    assert keys.key_file(clinic).read_bytes() == sealed(fields)


@pytest.fixture
def of_version_0_1(tmp_path):
    path = tmp_path / "clinic.als"
    keys.key_file(path).write_bytes(FORMAT_1.read_bytes())
    return path


def test_a_key_file_of_version_0_1_opens_and_is_upgraded_when_written(of_version_0_1):
    ring = keys.read(of_version_0_1)
    assert ring == keys.read(of_version_0_1)  # its name does not change until it is written
    assert keys.repair(of_version_0_1, ring)
    assert keys.read(of_version_0_1) == ring
    one, other = both(of_version_0_1)
    assert one.read_bytes() == other.read_bytes() != FORMAT_1.read_bytes()
    changed = with_password(keys.read(of_version_0_1), "dr.demo", "an0ther")
    keys.write(of_version_0_1, changed)
    again = keys.read(of_version_0_1)
    assert keys.unwrap(again, "dr.demo", "an0ther") == KEY
    assert keys.unwrap(again, "nurse", "رمز عبور") == KEY  # wrapped by version 0.1
    with pytest.raises(WrongPassword):
        keys.unwrap(again, "dr.demo", "s3cret")


def test_an_old_backup_beside_a_newer_copy_does_not_take_its_place(of_version_0_1):
    ring = with_password(keys.read(of_version_0_1), "dr.demo", "an0ther")
    keys.write(of_version_0_1, ring)
    keys.key_file(of_version_0_1).write_bytes(FORMAT_1.read_bytes())
    assert keys.read(of_version_0_1) == ring


def test_every_damaged_byte_of_a_file_of_version_0_1_is_told_from_a_wrong_password(of_version_0_1):
    whole = FORMAT_1.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << random.randrange(8)
        keys.key_file(of_version_0_1).write_bytes(damaged)
        try:
            ring = keys.read(of_version_0_1)
        except FileDamaged:
            continue
        assert keys.unwrap(ring, "dr.demo", "s3cret") == KEY, place  # white space


class Disk:
    """The operating system's writing calls, of which the nth fails: ours is what is tested."""

    def __init__(self, monkeypatch, fails_at):
        self.calls, self.fails_at = 0, fails_at
        for name in ("fsync", "replace"):
            monkeypatch.setattr(os, name, self._counting(getattr(os, name)))

    def _counting(self, call):
        def counted(*args):
            self.calls += 1
            if self.calls == self.fails_at:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return call(*args)

        return counted


CALLS = 4 + (
    2 if os.name == "posix" else 0
)  # two files synced, two put in place, their folder synced


@pytest.mark.parametrize("nth", range(1, CALLS + 1))
def test_r09_an_error_at_any_step_of_a_write_leaves_the_old_or_the_new(clinic, monkeypatch, nth):
    old = keys.read(clinic)
    new = with_password(old, "dr.demo", "an0ther")
    with monkeypatch.context() as patched:
        Disk(patched, nth)
        with pytest.raises(StorageError, match=os.strerror(errno.ENOSPC)) as told:
            keys.write(clinic, new)
    now = keys.read(clinic)
    assert now in (old, new)
    assert ("Nothing was changed" in str(told.value)) == (now == old)
    assert {path.name for path in clinic.parent.iterdir()} == {copy.name for copy in both(clinic)}
    keys.write(clinic, new)
    assert keys.read(clinic) == new


def test_a_write_counts_its_steps_as_the_test_above_does(clinic, monkeypatch):
    disk = Disk(monkeypatch, fails_at=0)
    keys.write(clinic, keys.read(clinic))
    assert disk.calls == CALLS


def test_a_disk_that_does_not_keep_what_is_written_is_noticed(clinic, monkeypatch):
    old, sync = keys.read(clinic), os.fsync
    before = [copy.read_bytes() for copy in both(clinic)]

    def forgetful(file):
        if stat.S_ISREG(os.fstat(file).st_mode):
            os.ftruncate(file, 100)
        sync(file)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", forgetful)
        with pytest.raises(StorageError, match=r"Nothing was changed"):
            keys.write(clinic, with_password(old, "dr.demo", "an0ther"))
    assert [copy.read_bytes() for copy in both(clinic)] == before


def test_the_only_whole_copy_is_not_touched_before_the_other_is_whole(clinic, monkeypatch):
    old = keys.read(clinic)
    new = with_password(old, "dr.demo", "an0ther")
    keys.second_key_file(clinic).write_bytes(b"damaged")
    with monkeypatch.context() as patched:
        Disk(patched, CALLS - (1 if os.name == "posix" else 0))  # when the second is put in place
        with pytest.raises(StorageError, match="The other one holds all of it"):
            keys.write(clinic, new)
    assert [keys._read(copy) for copy in both(clinic)] == [old, new]


def test_a_password_that_would_not_open_is_not_taken(clinic, monkeypatch):
    """A bad memory chip while the key is derived would lock the person out."""
    derive, derived = pwhash.argon2id.kdf, []

    def with_one_wrong_bit(*args):
        derived.append(bytearray(derive(*args)))
        derived[-1][0] ^= len(derived) == 1
        return bytes(derived[-1])

    monkeypatch.setattr(pwhash.argon2id, "kdf", with_one_wrong_bit)
    with pytest.raises(StorageError, match="nothing was changed"):
        with_password(keys.read(clinic), "dr.demo", "an0ther")


def test_no_folder_to_write_to(tmp_path):
    with pytest.raises(StorageError, match="cannot be written"):
        keys.write(tmp_path / "gone" / "clinic.als", a_ring())


def test_a_ring_that_opens_for_nobody_is_not_written(clinic):
    before = keys.read(clinic)
    with pytest.raises(ValueError, match="nobody"):
        keys.write(clinic, keys.without(keys.without(before, "nurse"), "dr.demo"))
    assert keys.read(clinic) == before


@pytest.mark.skipif(os.name != "posix", reason="who reads a file there keeps it in its place")
def test_r09_while_passwords_change_each_copy_is_whole_for_whoever_reads(clinic):
    """R9: at no moment does neither copy open; both are read again and again during 40 changes."""
    done = threading.Event()

    def change():
        for n in range(40):
            keys.write(clinic, with_password(keys.read(clinic), "dr.demo", f"password {n}"))
        done.set()

    writer = threading.Thread(target=change)
    writer.start()
    reads = 0
    try:
        while not done.is_set():
            for copy in both(clinic):
                assert keys._read(copy).slots  # raises where it is not whole
            reads += 1
    finally:
        writer.join()
    assert reads > 10
    assert keys.unwrap(keys.read(clinic), "dr.demo", "password 39") == KEY


@pytest.mark.skipif(sys.platform != "linux", reason="limits its memory as Linux does")
def test_too_little_memory_is_not_called_a_wrong_password(tmp_path):
    clinic = tmp_path / "clinic.als"
    keys.write(clinic, keys.with_password(keys.new_ring(), KEY, "dr.demo", "s3cret", keys.MINIMUM))
    code = (
        "import resource, sys; from pathlib import Path; from core.errors import StorageError\n"
        "from core.store import keys\n"
        "used = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 32 * 2**20,) * 2)\n"
        "try: keys.unwrap(keys.read(Path(sys.argv[1])), 'dr.demo', 's3cret')\n"
        "except StorageError as error: print(error)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(clinic)], capture_output=True, text=True, check=True
    )
    assert "too little free memory" in told.stdout
