"""The key file beside the clinic file: one random data key, wrapped for each person who may open it.

The clinic file is encrypted with the data key, never with a password, so that changing a password
rewrites only this small file, and a wrong password can be told from a damaged clinic file.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nacl import bindings, exceptions, pwhash, utils

from core.errors import FileDamaged, FileMissing, FileTooNew, StorageError, WrongPassword

KEY_BYTES = 32
FORMAT = 1
# Argon2id with 64 MiB and three passes: what our reliability promise R9 asks for at least.
OPSLIMIT = 3
MEMLIMIT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The data key as one person's password wraps it (Argon2id, XChaCha20-Poly1305). Bytes are hex."""

    login: str
    opslimit: int
    memlimit: int
    salt: str
    nonce: str
    wrapped: str


def key_file(clinic_file: Path) -> Path:
    return clinic_file.with_name(clinic_file.name + ".keys")


def new_key() -> bytes:
    return utils.random(KEY_BYTES)


def wrap(key: bytes, login: str, password: str) -> Slot:
    salt = utils.random(pwhash.argon2id.SALTBYTES)
    nonce = utils.random(bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
    secret = _derive(password, salt, OPSLIMIT, MEMLIMIT)
    wrapped = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        key, _bound_to(login), nonce, secret
    )
    return Slot(
        login=login,
        opslimit=OPSLIMIT,
        memlimit=MEMLIMIT,
        salt=salt.hex(),
        nonce=nonce.hex(),
        wrapped=wrapped.hex(),
    )


def unwrap(slots: list[Slot], login: str, password: str) -> bytes:
    """The data key. Raises WrongPassword, with one sentence for an unknown user and a wrong password alike."""
    known = next((slot for slot in slots if slot.login.casefold() == login.casefold()), None)
    slot = known or slots[0]  # an unknown user costs the same time
    secret = _derive(password, bytes.fromhex(slot.salt), slot.opslimit, slot.memlimit)
    try:
        if known is None:
            raise exceptions.CryptoError
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            bytes.fromhex(slot.wrapped), _bound_to(slot.login), bytes.fromhex(slot.nonce), secret
        )
    except exceptions.CryptoError:
        raise WrongPassword(
            "This user name and password do not open the clinic file. Check both and try again."
        ) from None


def read(path: Path) -> list[Slot]:
    """The slots of a key file. Raises FileMissing, FileTooNew, or FileDamaged on a single wrong letter."""
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if content["format"] != FORMAT:
            raise FileTooNew(
                f"The key file {path.name} was written by a newer version of the program."
                " Install that version to open it."
            )
        if not content["slots"] or content["checksum"] != _checksum(content["slots"]):
            raise ValueError("the checksum does not match")
        return [Slot(**slot) for slot in content["slots"]]
    except FileNotFoundError as error:
        raise FileMissing(
            f"The key file {path.name} is not beside the clinic file. Put it back: without it nobody can"
            " open the clinic file."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise FileDamaged(
            f"The key file {path.name} is damaged. Put back a copy of it from a backup."
        ) from error
    except OSError as error:
        raise StorageError(f"The key file cannot be read: {error.strerror}.") from error


def write(path: Path, slots: list[Slot]) -> None:
    """Replace the key file as a whole: the old or the new content, whatever happens in between."""
    rows = [{name: getattr(slot, name) for name in Slot.__dataclass_fields__} for slot in slots]
    content = {"format": FORMAT, "slots": rows, "checksum": _checksum(rows)}
    new = path.with_name(path.name + ".new")
    try:
        with new.open("w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        read(new)
        new.replace(path)
    except OSError as error:
        raise StorageError(f"The key file cannot be written: {error.strerror}.") from error


def _derive(password: str, salt: bytes, opslimit: int, memlimit: int) -> bytes:
    return pwhash.argon2id.kdf(KEY_BYTES, password.encode(), salt, opslimit, memlimit)


def _checksum(slots: list[dict[str, Any]]) -> str:
    """What tells a damaged key file from a wrong password."""
    return hashlib.sha256(json.dumps(slots, sort_keys=True).encode()).hexdigest()


def _bound_to(login: str) -> bytes:
    """What a slot vouches for: it opens nothing when it was written for somebody else."""
    return f"als-follow-up:{FORMAT}:{login.casefold()}".encode()
