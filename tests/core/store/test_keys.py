import json
import random
from contextlib import suppress

import pytest

from core.errors import FileDamaged, FileMissing, FileTooNew, StorageError, WrongPassword
from core.store import keys


@pytest.fixture
def cheap(monkeypatch):
    """The least that Argon2id allows: what is tested here is not its price."""
    monkeypatch.setattr(keys, "OPSLIMIT", 1)
    monkeypatch.setattr(keys, "MEMLIMIT", 8192)


@pytest.fixture
def key_path(request, tmp_path):
    request.getfixturevalue("cheap")
    path = tmp_path / "clinic.als.keys"
    slots = [keys.wrap(b"k" * 32, "dr.demo", "s3cret"), keys.wrap(b"k" * 32, "Nurse", "رمز عبور")]
    keys.write(path, slots)
    return path


def test_r09_the_price_of_a_guess():
    """R9: Argon2id, at least 64 MiB and three passes."""
    assert keys.OPSLIMIT >= 3
    assert keys.MEMLIMIT >= 64 * 1024 * 1024
    slot = keys.wrap(b"k" * 32, "dr.demo", "s3cret")
    assert (slot.opslimit, slot.memlimit) == (keys.OPSLIMIT, keys.MEMLIMIT)


def test_each_persons_password_opens_the_one_key(key_path):
    slots = keys.read(key_path)
    assert keys.unwrap(slots, "dr.demo", "s3cret") == b"k" * 32
    assert keys.unwrap(slots, "Nurse", "رمز عبور") == b"k" * 32
    assert keys.unwrap(slots, "NURSE", "رمز عبور") == b"k" * 32


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("dr.demo", "S3cret"),
        ("dr.demo", ""),
        ("dr.demo", "رمز عبور"),  # another person's
        ("nobody", "s3cret"),
        ("", ""),
    ],
)
def test_r09_unknown_user_and_wrong_password_get_one_sentence(key_path, login, password):
    """R9: the same message for both."""
    with pytest.raises(WrongPassword) as refused:
        keys.unwrap(keys.read(key_path), login, password)
    assert str(refused.value) == (
        "This user name and password do not open the clinic file. Check both and try again."
    )


def test_an_unknown_user_costs_as_much_as_a_wrong_password(key_path, monkeypatch):
    derived, derive = [], keys._derive
    monkeypatch.setattr(keys, "_derive", lambda *a: derived.append(a[2:]) or derive(*a))
    slots = keys.read(key_path)
    for login in ("dr.demo", "nobody"):
        with pytest.raises(WrongPassword):
            keys.unwrap(slots, login, "wrong")
    for_known, for_unknown = derived
    assert for_known == for_unknown


def test_a_slot_opens_for_nobody_else(key_path):
    content = json.loads(key_path.read_text())
    content["slots"][0]["login"] = "mallory"
    content["checksum"] = keys._checksum(content["slots"])
    key_path.write_text(json.dumps(content))
    with pytest.raises(WrongPassword):
        keys.unwrap(keys.read(key_path), "mallory", "s3cret")


def test_no_key_and_no_password_stand_in_the_key_file(key_path):
    text = key_path.read_text().lower()
    assert (b"k" * 32).hex() not in text and "k" * 32 not in text
    assert "s3cret" not in text and b"s3cret".hex() not in text


@pytest.mark.usefixtures("cheap")
def test_two_files_with_one_password_share_nothing():
    one, two = (keys.wrap(b"k" * 32, "dr.demo", "s3cret") for _ in range(2))
    assert one.salt != two.salt and one.nonce != two.nonce and one.wrapped != two.wrapped
    assert keys.new_key() != keys.new_key()


def test_a_missing_key_file(tmp_path):
    with pytest.raises(FileMissing, match=r"clinic\.als\.keys is not beside the clinic file"):
        keys.read(tmp_path / "clinic.als.keys")


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
        b'{"format": 1}',
        b'{"format": 1, "slots": []}',
        b'{"format": 1, "slots": [], "checksum": ""}',
        b'{"format": 1, "slots": [{}], "checksum": ""}',
        b'{"format": 1, "slots": 5, "checksum": ""}',
        b'{"format": 1, "slots": ["a"], "checksum": ""}',
    ],
)
def test_a_file_that_is_no_key_file_is_called_damaged(key_path, content):
    key_path.write_bytes(content)
    with pytest.raises(FileDamaged, match=r"clinic\.als\.keys is damaged"):
        keys.read(key_path)


def test_every_single_damaged_byte_is_told_from_a_wrong_password(key_path):
    whole = key_path.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << random.randrange(8)
        key_path.write_bytes(damaged)
        with suppress(FileDamaged, FileTooNew):  # and no other error
            key = keys.unwrap(keys.read(key_path), "dr.demo", "s3cret")
            assert key == b"k" * 32, place  # white space


def test_every_truncation_is_called_damaged(key_path):
    whole = key_path.read_bytes().rstrip(b"}")
    for length in range(len(whole)):
        key_path.write_bytes(whole[:length])
        with pytest.raises(FileDamaged):
            keys.read(key_path)


def test_a_newer_key_file_is_not_called_damaged(key_path):
    content = json.loads(key_path.read_text())
    key_path.write_text(json.dumps({**content, "format": 2}))
    with pytest.raises(FileTooNew, match="newer version"):
        keys.read(key_path)


def test_writing_again_replaces_the_whole_and_leaves_nothing_beside(key_path):
    keys.write(key_path, [keys.wrap(b"n" * 32, "dr.demo", "another")])
    assert keys.unwrap(keys.read(key_path), "dr.demo", "another") == b"n" * 32
    assert [path.name for path in key_path.parent.iterdir()] == [key_path.name]


def test_a_write_that_fails_leaves_the_old_key_file(key_path):
    before = key_path.read_bytes()
    key_path.with_name(key_path.name + ".new").mkdir()  # the place of the new one is taken
    with pytest.raises(StorageError, match="cannot be written"):
        keys.write(key_path, [keys.wrap(b"n" * 32, "dr.demo", "another")])
    assert key_path.read_bytes() == before


@pytest.mark.usefixtures("cheap")
def test_no_folder_to_write_to(tmp_path):
    with pytest.raises(StorageError, match="cannot be written"):
        keys.write(tmp_path / "gone" / "clinic.als.keys", [keys.wrap(b"k" * 32, "a", "b")])
