"""What a saved document is called: what it is, which visit, and a code by chance that tells two of them apart."""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import date

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # nothing that is read as something else
LENGTH = 4


def random_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


@dataclass(frozen=True, slots=True)
class Told:
    """Whose document it is and of which day: in a file's name only where the clinic says so."""

    record_number: str
    on: date


def file_name(
    kind: str, ending: str, *, visit: str | None = "", told: Told | None = None, code: str = ""
) -> str:
    """The name of a file, such as ``visit-summary_M4_k7f3.pdf``; ``visit-summary_A-010_M4_2026-06-17_k7f3.pdf`` where told.

    ``kind`` says what it is, ``visit`` is the code of a visit of the schedule (None for one that is in no
    schedule). A name is never asked for, so that none can get into it: a file's name is seen in folders,
    mails and backups. Without ``code`` one is made by chance.
    """
    parts = [kind]
    parts += [told.record_number] if told else []
    parts.append("unscheduled" if visit is None else visit)
    parts += [told.on.isoformat()] if told else []
    parts.append(code or random_code())
    plain = [re.sub(r"[^A-Za-z0-9-]+", "-", _our_digits(part)).strip("-") for part in parts]
    return "_".join(part for part in plain if part) + f".{ending}"


def _our_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(char, char)) for char in text)
