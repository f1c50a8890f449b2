"""What a saved document is called: what it is, which visit, and a code by chance that tells two of them apart."""

import re
import secrets

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # nothing that is read as something else
LENGTH = 4


def random_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def file_name(kind: str, ending: str, *, visit: str | None = "", code: str = "") -> str:
    """The name of a file, such as ``visit-summary_M4_k7f3.pdf``.

    ``kind`` says what it is, ``visit`` is the code of a visit of the schedule (None for one that is in no
    schedule). Nothing of the patient is asked for, so that nothing of them can get into it: a file's name
    is seen in folders, mails and backups. Without ``code`` one is made by chance.
    """
    parts = [kind, "unscheduled" if visit is None else visit, code or random_code()]
    plain = [re.sub(r"[^A-Za-z0-9-]+", "-", part).strip("-") for part in parts]
    return "_".join(part for part in plain if part) + f".{ending}"
