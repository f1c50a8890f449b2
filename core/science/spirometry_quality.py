"""How far the blows of one spirometry session agree: ATS/ERS 2019 repeatability."""

from collections.abc import Sequence
from enum import StrEnum

MAXIMUM_DIFFERENCE_AB_ML = 150
MAXIMUM_DIFFERENCE_C_ML = 200
MAXIMUM_DIFFERENCE_D_ML = 250


class Grade(StrEnum):
    """The repeatability grade of one measure; U is usable only, F is nothing usable."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    U = "U"
    F = "F"


def grade(acceptable_ml: Sequence[int], usable_ml: Sequence[int]) -> Grade:
    """The grade of an adult's (older than 6 years) FVC, SVC or FEV1 from the blows of a session.

    Volumes in whole millilitres, in any order: in litres 3.20 - 3.05 is more than 0.15. Usable
    blows matter only where none is acceptable; whether acceptable ones are listed among them too
    changes nothing.

    Graham 2019, doi:10.1164/rccm.201908-1590ST, table 10.
    """
    difference_ml = repeatability_ml(acceptable_ml)
    if difference_ml is None:
        if acceptable_ml:
            return Grade.E
        return Grade.U if usable_ml else Grade.F
    if difference_ml <= MAXIMUM_DIFFERENCE_AB_ML:
        return Grade.A if len(acceptable_ml) >= 3 else Grade.B
    if difference_ml <= MAXIMUM_DIFFERENCE_C_ML:
        return Grade.C
    if difference_ml <= MAXIMUM_DIFFERENCE_D_ML:
        return Grade.D
    return Grade.E


def repeatability_ml(acceptable_ml: Sequence[int]) -> int | None:
    """The largest minus the second largest acceptable blow, in millilitres; None below two blows.

    Graham 2019, doi:10.1164/rccm.201908-1590ST.
    """
    if len(acceptable_ml) < 2:
        return None
    second, best = sorted(acceptable_ml)[-2:]
    return best - second


def best_ml(acceptable_ml: Sequence[int], usable_ml: Sequence[int]) -> int | None:
    """The volume to report, in millilitres: the largest acceptable blow, else the largest usable.

    None if there is neither. Graham 2019, doi:10.1164/rccm.201908-1590ST.
    """
    return max(acceptable_ml or usable_ml, default=None)
