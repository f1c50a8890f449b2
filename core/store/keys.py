"""The key file beside the clinic file, in two copies: one random data key, wrapped for each who may open it.

The clinic file is encrypted with the data key, never with a password, so that changing a password
rewrites only these small files, and a wrong password can be told from a damaged clinic file.
"""

import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

from cattrs import BaseValidationError
from nacl import bindings, exceptions, pwhash, utils

from core.convert import converter, to_row
from core.errors import (
    AppError,
    FileDamaged,
    FileMissing,
    FileTooNew,
    StorageError,
    WrongPassword,
)
from core.store import durable, recovery_code
from core.words import N_, _

KEY_BYTES = 32
FORMAT = 2
LARGEST_BYTES = 1_000_000  # a key file of a thousand people is a third of that
SALT_BYTES = pwhash.argon2id.SALTBYTES
NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
WRAPPED_BYTES = KEY_BYTES + bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES
AUDIT_LABEL = b"als-follow-up audit chain 1"
MIB = 1024 * 1024
WRONG_PASSWORD = N_(
    "This user name and password do not open the clinic file. Check both and try again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one guess costs by Argon2id: passes over so many bytes of memory."""

    opslimit: int
    memlimit: int


MINIMUM = Cost(opslimit=3, memlimit=64 * MIB)  # R9 asks for at least this
HIGHEST = Cost(opslimit=16, memlimit=1024 * MIB)  # a damaged or hostile file may not ask for more
TUNED_MEMLIMITS = [64 * MIB, 128 * MIB, 256 * MIB, 512 * MIB]
TUNED_S = 0.7  # the longest that a new password shall take here: halving memory leaves 0.35 s


class SlotKind(StrEnum):
    USER = "user"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The data key as one secret wraps it (Argon2id, XChaCha20-Poly1305). Bytes are hex."""

    kind: SlotKind
    login: str = ""  # none for recovery
    opslimit: int
    memlimit: int
    salt: str
    nonce: str
    wrapped: str
    format: int = FORMAT  # of the program that wrapped it, which decides what it is bound to

    def __post_init__(self) -> None:
        sizes = tuple(len(bytes.fromhex(part)) for part in (self.salt, self.nonce, self.wrapped))
        if sizes != (SALT_BYTES, NONCE_BYTES, WRAPPED_BYTES):
            raise ValueError("a part of the slot has another size")
        if not (
            pwhash.argon2id.OPSLIMIT_MIN <= self.opslimit <= HIGHEST.opslimit
            and pwhash.argon2id.MEMLIMIT_MIN <= self.memlimit <= HIGHEST.memlimit
        ):
            raise ValueError("the slot asks for a cost that we never use")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """What both copies of a key file hold; every change has the next generation."""

    file_id: str  # by chance: which clinic file it belongs to
    generation: int = 0
    slots: tuple[Slot, ...] = ()

    @property
    def logins(self) -> list[str]:
        """Who may open the file."""
        return [slot.login for slot in self.slots if slot.kind is SlotKind.USER]

    def login_of(self, login: str) -> str | None:
        """How this login is written here, or None where nobody of that name may open the file."""
        slot = _user_slot(self, login)
        return None if slot is None else slot.login


def key_file(clinic_file: Path) -> Path:
    return clinic_file.with_name(clinic_file.name + ".keys")


def second_key_file(clinic_file: Path) -> Path:
    return clinic_file.with_name(clinic_file.name + ".keys2")


def new_key() -> bytes:
    return utils.random(KEY_BYTES)


def new_ring() -> KeyRing:
    """A ring without slots, for a new clinic file."""
    return KeyRing(file_id=secrets.token_hex(16))


def audit_key(key: bytes) -> bytes:
    """The key of the audit chain's signatures, derived from the data key."""
    return hmac.digest(key, AUDIT_LABEL, hashlib.sha256)


@cache
def tuned() -> Cost:
    """What a new password should cost on this machine: measured once, 64 to 512 MiB, 0.3 to 1 s where it can be."""
    started = perf_counter()
    _derive(b"", bytes(SALT_BYTES), MINIMUM.opslimit, MINIMUM.memlimit)
    s_per_byte = (perf_counter() - started) / MINIMUM.memlimit
    affordable = [memlimit for memlimit in TUNED_MEMLIMITS if s_per_byte * memlimit <= TUNED_S]
    return replace(MINIMUM, memlimit=max(affordable, default=MINIMUM.memlimit))


def unwrap(ring: KeyRing, login: str, password: str) -> bytes:
    """The data key. Raises WrongPassword, with one sentence for an unknown user and a wrong password alike."""
    slot = _user_slot(ring, login)
    key = _opened(ring, slot or ring.slots[0], password)  # an unknown user costs the same time
    if slot is None or key is None:
        raise WrongPassword(_(WRONG_PASSWORD))
    return key


def unwrap_recovery(ring: KeyRing, code: str) -> bytes:
    """The data key. Raises WrongPassword, with a sentence for a mistyped code and one for a code of no use."""
    secret = recovery_code.normalized(code)
    for slot in ring.slots:
        if slot.kind is SlotKind.RECOVERY and (key := _opened(ring, slot, secret)) is not None:
            return key
    raise WrongPassword(
        _(
            "This recovery code does not open this clinic file: it belongs to another one, or a newer"
            " code has replaced it. Look for the newest printed page."
        )
    )


def with_password(
    ring: KeyRing, key: bytes, login: str, password: str, cost: Cost | None = None
) -> KeyRing:
    """The ring in which this password, and no older one of that login, opens; verified by opening it.

    It costs MINIMUM where no cost is given.
    """
    return _with_slot(without(ring, login), SlotKind.USER, login, key, password, cost)


def with_recovery(ring: KeyRing, key: bytes, cost: Cost | None = None) -> tuple[KeyRing, str]:
    """The ring with a new recovery code, which makes the old one useless, and that code to be printed."""
    code = recovery_code.new_code()
    others = _keeping(ring, lambda slot: slot.kind is not SlotKind.RECOVERY)
    return _with_slot(others, SlotKind.RECOVERY, "", key, code, cost), code


def without(ring: KeyRing, login: str) -> KeyRing:
    """The ring that this login opens no more."""
    gone = _user_slot(ring, login)
    return _keeping(ring, lambda slot: slot is not gone)


def read(clinic_file: Path) -> KeyRing:
    """What the newer whole copy of the key file says; ``repair`` mends the other after the clinic file opened.

    Raises FileTooNew, and where no copy is whole FileMissing, StorageError or FileDamaged.
    """
    whole: list[KeyRing] = []
    faults: list[AppError] = []
    for copy in _copies(clinic_file):
        try:
            whole.append(_read(copy))
        except FileTooNew:
            raise
        except AppError as fault:
            faults.append(fault)
    if not whole:
        raise _fault(clinic_file, faults)
    if len({ring.file_id for ring in whole}) > 1:
        raise FileDamaged(
            _(
                "The key files {one} and {other} belong to two different clinic files."
                " Put back both from one backup."
            ).format(one=key_file(clinic_file).name, other=second_key_file(clinic_file).name)
        )
    return max(whole, key=lambda ring: ring.generation)


def write(clinic_file: Path, ring: KeyRing) -> None:
    """Replace both copies, one after the other: at every moment one of them opens. Raises StorageError."""
    if not ring.slots:
        raise ValueError("a ring without slots opens for nobody")
    content = _serialized(ring)
    # The older or damaged one first: while it is replaced the better one is not touched.
    copies = sorted(_copies(clinic_file), key=_generation)
    try:
        for (
            copy
        ) in copies:  # both before any is put in place: a full disk is met while nothing is changed
            durable.prepare(copy, content)
        for copy in copies:
            durable.put_in_place(copy)
    except OSError as error:
        for copy in copies:
            durable.discard(copy)
        if ring.generation in map(_generation, copies):
            message = _(
                "A copy of the key file cannot be written: {why}. The other one holds all of it;"
                " check their folder, then open the clinic file again."
            )
        else:
            message = _(
                "The key file cannot be written: {why}. Nothing was changed;"
                " check its folder and try again."
            )
        raise StorageError(message.format(why=error.strerror)) from error


def repair(clinic_file: Path, ring: KeyRing) -> bool:
    """Write again a copy that is missing, damaged, older or of an older format; whether one was. Raises StorageError.

    Call it only when the clinic file has opened with this ring's key: it may replace the last other copy.
    """
    content = _serialized(ring)
    for copy in _copies(clinic_file):
        try:
            if copy.read_bytes() == content:
                continue
        except OSError:
            pass  # missing or unreadable: written again below
        write(clinic_file, ring)
        return True
    return False


def _copies(clinic_file: Path) -> tuple[Path, Path]:
    return key_file(clinic_file), second_key_file(clinic_file)


def _read(copy: Path) -> KeyRing:
    try:
        with copy.open("rb") as file:
            content = file.read(LARGEST_BYTES)
        return _parsed(content, copy.name)
    except FileNotFoundError as error:
        raise FileMissing(_("{name} is missing").format(name=copy.name)) from error
    except OSError as error:
        raise StorageError(_("{name}: {why}").format(name=copy.name, why=error.strerror)) from error
    except (ValueError, KeyError, TypeError, RecursionError, BaseValidationError) as error:
        raise FileDamaged(_("{name} is damaged").format(name=copy.name)) from error


def _fault(clinic_file: Path, faults: list[AppError]) -> AppError:
    """Why no copy of the key file can be used."""
    if all(isinstance(fault, FileMissing) for fault in faults):
        return FileMissing(
            _(
                "The key file {one} is not beside the clinic file, nor is its second copy {other}."
                " Put one of them back: without it nobody can open the clinic file."
            ).format(one=key_file(clinic_file).name, other=second_key_file(clinic_file).name)
        )
    which = ", ".join(map(str, faults))
    if any(isinstance(fault, StorageError) for fault in faults):
        return StorageError(
            _("The key file cannot be read ({which}). Check the permissions.").format(which=which)
        )
    return FileDamaged(
        _("No copy of the key file is whole ({which}). Put one back from a backup.").format(
            which=which
        )
    )


def _generation(copy: Path) -> int:
    """How new a copy is; the least where nothing in it would be lost."""
    try:
        return _read(copy).generation
    except (FileMissing, FileDamaged, StorageError):
        return -1


def _parsed(content: bytes, name: str) -> KeyRing:
    fields = json.loads(content)
    if not isinstance(fields, dict):
        raise TypeError("not a table")
    checksum = fields.pop("checksum")
    if fields["format"] == 1:
        return _of_format_1(fields["slots"], checksum)
    if checksum != _checksum(fields):
        raise ValueError("the checksum does not match")
    if fields.pop("format") > FORMAT:
        raise FileTooNew(
            _(
                "The key file {name} was written by a newer version of the program."
                " Install that version to open it."
            ).format(name=name)
        )
    ring = converter.structure(fields, KeyRing)
    if not ring.slots or _serialized(ring) != content:  # not one letter may differ
        raise ValueError("not as it was written")
    return ring


def _of_format_1(slots: list[dict[str, Any]], checksum: str) -> KeyRing:
    """A key file as version 0.1 wrote it: users only, one copy, no name of the file it belongs to."""
    if not slots or checksum != _checksum(slots):
        raise ValueError("the checksum does not match")
    users = [{"kind": SlotKind.USER, "format": 1, **slot} for slot in slots]
    return KeyRing(file_id=checksum[:32], slots=converter.structure(users, tuple[Slot, ...]))


def _serialized(ring: KeyRing) -> bytes:
    fields = {"format": FORMAT, **to_row(ring)}
    return json.dumps({**fields, "checksum": _checksum(fields)}, indent=1).encode()


def _checksum(content: Any) -> str:
    """What tells a damaged key file from a wrong password."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _user_slot(ring: KeyRing, login: str) -> Slot | None:
    for slot in ring.slots:
        if slot.kind is SlotKind.USER and slot.login.casefold() == login.casefold():
            return slot
    return None


def _keeping(ring: KeyRing, keeps: Callable[[Slot], bool]) -> KeyRing:
    return replace(
        ring,
        generation=ring.generation + 1,
        slots=tuple(slot for slot in ring.slots if keeps(slot)),
    )


def _with_slot(
    ring: KeyRing, kind: SlotKind, login: str, key: bytes, secret: str, cost: Cost | None
) -> KeyRing:
    cost = cost or MINIMUM
    salt, nonce = utils.random(SALT_BYTES), utils.random(NONCE_BYTES)
    slot = Slot(
        kind=kind,
        login=login,
        opslimit=cost.opslimit,
        memlimit=cost.memlimit,
        salt=salt.hex(),
        nonce=nonce.hex(),
        wrapped=bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
            key,
            _bound_to(ring.file_id, kind, login, FORMAT),
            nonce,
            _derive(_typed(secret, FORMAT), salt, cost.opslimit, cost.memlimit),
        ).hex(),
    )
    if _opened(ring, slot, secret) != key:  # a bad memory chip would lock the person out
        raise StorageError(
            _("The new password does not open the clinic file: nothing was changed. Try again.")
        )
    return replace(ring, slots=(*ring.slots, slot))


def _opened(ring: KeyRing, slot: Slot, secret: str) -> bytes | None:
    """The data key, or None where the secret is not this slot's."""
    derived = _derive(
        _typed(secret, slot.format), bytes.fromhex(slot.salt), slot.opslimit, slot.memlimit
    )
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            bytes.fromhex(slot.wrapped),
            _bound_to(ring.file_id, slot.kind, slot.login, slot.format),
            bytes.fromhex(slot.nonce),
            derived,
        )
    except exceptions.CryptoError:
        return None


def _derive(secret: bytes, salt: bytes, opslimit: int, memlimit: int) -> bytes:
    try:
        return pwhash.argon2id.kdf(KEY_BYTES, secret, salt, opslimit, memlimit)
    except exceptions.RuntimeError as error:  # a CryptoError too, but no wrong password
        raise StorageError(
            _("There is too little free memory to check a password. Close other programs first.")
        ) from error


def _typed(secret: str, format: int) -> bytes:
    """One person's password from every keyboard: systems differ in how they compose a letter with its accent."""
    composed = secret if format == 1 else unicodedata.normalize("NFC", secret)
    return composed.encode("utf-8", "surrogatepass")


def _bound_to(file_id: str, kind: SlotKind, login: str, format: int) -> bytes:
    """What a slot vouches for: it opens nothing when it was written for somebody else or another file."""
    if format == 1:
        return f"als-follow-up:1:{login.casefold()}".encode()
    return f"als-follow-up:{format}:{file_id}:{kind}:{login.casefold()}".encode()
