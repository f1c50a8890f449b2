"""The recovery code on the sealed page: made by chance, printed in groups, typed back by a person in trouble."""

import secrets
import unicodedata

from core.errors import WrongPassword
from core.words import _

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U
GROUPS = 9  # of three characters by chance (131 bits in all) and one that checks them
_NOT_NEW = frozenset("01")  # looked at, they are taken for O, I and l; codes of before hold them
_READ_AS = str.maketrans("OIL", "011")


def new_code() -> str:
    """Nine groups of four: ``7K3M-…``."""
    return "-".join(_new_group(place) for place in range(GROUPS))


def _new_group(place: int) -> str:
    while True:
        letters = "".join(secrets.choice(ALPHABET) for _ in range(3))
        group = letters + _check(place, letters)
        if not _NOT_NEW & set(group):
            return group


def normalized(code: str) -> str:
    """The code as it was printed, from what was typed. Raises WrongPassword that names the mistyped group.

    Small letters, O for 0, I and L for 1, the digits of every script and any spaces and dashes are taken.
    """
    plain = unicodedata.normalize("NFKC", code).upper()
    plain = "".join(str(unicodedata.decimal(c, c)) for c in plain if c.isalnum())
    plain = plain.translate(_READ_AS)
    if len(plain) != GROUPS * 4:
        raise WrongPassword(
            _(
                "A recovery code has {wanted} letters and digits, here are {typed}."
                " Compare it with the printed page."
            ).format(wanted=GROUPS * 4, typed=len(plain))
        )
    groups = [plain[start : start + 4] for start in range(0, len(plain), 4)]
    for place, group in enumerate(groups):
        if not set(group) <= set(ALPHABET) or group[3] != _check(place, group[:3]):
            raise WrongPassword(
                _(
                    "The recovery code is mistyped in its group {number}."
                    " Compare it with the printed page."
                ).format(number=place + 1)
            )
    return "-".join(groups)


def _check(place: int, letters: str) -> str:
    """Luhn's check, mod 32, over a group and its place: one wrong letter or two exchanged groups never pass."""
    total = 0
    for position, value in enumerate([place, *map(ALPHABET.index, letters)]):
        total += sum(divmod(2 * value, 32)) if position % 2 else value
    return ALPHABET[-total % 32]
