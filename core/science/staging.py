"""Stages of the disease estimated from one ALSFRS-R form: King's, MiToS and FT9.

Every rule is three-valued: True, False, or None where the form does not say. A stage is given only
where no answer that is still missing could change it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

Items = Mapping[int, int | None]  # the score of ALSFRS-R questions 1 to 12; absent or None: unknown

_QUESTIONS = range(1, 13)
_SCORES = range(5)
_SUBSCORES = ((1, 2, 3), (4, 5, 6), (7, 8, 9), (10, 11, 12))


class Region(StrEnum):
    """The regions whose involvement King's stages 1 to 3 count."""

    BULBAR = "bulbar"
    UPPER_LIMB = "upper limb"
    LOWER_LIMB = "lower limb"


REGIONS: Mapping[Region, tuple[int, ...]] = {
    Region.BULBAR: (1, 2, 3),
    Region.UPPER_LIMB: (4, 5),
    Region.LOWER_LIMB: (8,),
}


class Kings(StrEnum):
    """King's stage, the lightest first. NOT_STAGEABLE is a patient none of whose regions is below 4."""

    NOT_STAGEABLE = "0"
    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR_A = "4A"
    FOUR_B = "4B"
    FIVE = "5"


@dataclass(frozen=True, slots=True, kw_only=True)
class KingsStage:
    """King's stage with both of its stage-4 findings, and the questions that would settle it.

    None is what cannot be said. `missing` is empty where a stage is given; where none is given and
    `missing` is empty too, only the gastrostomy is unknown.
    """

    stage: Kings | None
    nutritional_failure: bool | None
    respiratory_failure: bool | None
    missing: tuple[int, ...] = ()


class MitosDomain(StrEnum):
    """The four functions whose loss MiToS counts."""

    MOVEMENT = "movement"
    SWALLOWING = "swallowing"
    COMMUNICATING = "communicating"
    BREATHING = "breathing"


_CUTS = {  # of each function the questions, each with the highest score that counts as its loss
    MitosDomain.MOVEMENT: ((8, 1), (6, 1)),
    MitosDomain.SWALLOWING: ((3, 1),),
    MitosDomain.COMMUNICATING: ((1, 1), (4, 1)),
    MitosDomain.BREATHING: ((10, 1), (12, 2)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MitosStage:
    """The MiToS stage, 0 to 5, and which functions are lost; None is what cannot be said."""

    stage: int | None
    lost: Mapping[MitosDomain, bool | None]


def kings(
    items: Items, *, item5b: bool | None, gastrostomy: bool | None, dead: bool | None
) -> KingsStage:
    """King's stage as estimated from the ALSFRS-R, on the day of the form.

    `item5b` says whether question 5 was asked in its version for patients with gastrostomy,
    `gastrostomy` whether one was present: a form answered with 5a does not say that there is none,
    but where it is known that there is none, a form of unknown version was not 5b.
    `dead` unknown withholds nothing: somebody who answers is alive, and without an answer there is
    no stage. Questions 6, 7, 9 and 11 are not used. The stage is None while an unknown could change
    it. Raises ValueError for a question or a score that the ALSFRS-R does not have.

    Balendra 2014, doi:10.3109/21678421.2014.897357; UNCONFIRMED: the paper itself was not read, the
    rule is that of two research programs which follow it and agree, and that respiratory failure
    comes before nutritional failure (4B before 4A) is the rule of one of them.
    """
    _check(items)
    respiratory = _respiratory_failure(items)
    if item5b is None and gastrostomy is False:
        item5b = False  # 5b is the version for patients with gastrostomy
    nutritional = _any((gastrostomy, item5b))
    regions = _involved(items)
    possible = _possible_kings(respiratory, nutritional, regions)
    only = possible[0] if len(possible) == 1 else None
    stage = Kings.FIVE if dead else only

    deciding: set[int] = set()
    if stage is None:
        deciding |= {10, 12}
        if not nutritional:
            if item5b is None:
                deciding.add(5)
            for region, involved in zip(REGIONS.values(), regions, strict=True):
                if involved is None:
                    deciding.update(region)
    return KingsStage(
        stage=stage,
        nutritional_failure=nutritional,
        respiratory_failure=respiratory,
        missing=tuple(sorted(number for number in deciding if items.get(number) is None)),
    )


def kings_possible(
    items: Items, *, item5b: bool | None, gastrostomy: bool | None
) -> tuple[Kings, ...]:
    """Every King's stage that `kings` can give once the unknown answers are known, the lightest first.

    Of somebody who is alive. While question 5 is open (`item5b` None), it may still be asked in its
    version for patients with gastrostomy, which is recorded then. Each stage is that of some answers;
    one alone is the stage itself. Raises ValueError as `kings` does.
    """
    _check(items)
    nutritional = _any((gastrostomy, item5b))
    return _possible_kings(_respiratory_failure(items), nutritional, _involved(items))


def mitos_possible(items: Items) -> tuple[int, int]:
    """The lowest and the highest stage that `mitos` can give once the unknown answers are known.

    Of somebody who is alive. No two functions ask for the same question, so that each stage from one
    end to the other is that of some answers. Raises ValueError as `mitos` does.
    """
    lost = list(mitos(items, dead=False).lost.values())
    certain = lost.count(True)
    return certain, certain + lost.count(None)


def mitos(items: Items, *, dead: bool | None) -> MitosStage:
    """The MiToS stage on the day of the form: how many of four functions are lost, 5 is death.

    Each function has its own answer. The stage is None while one of them is unknown, except in
    death; `dead` unknown withholds nothing, as in `kings`. Raises ValueError for a question or a
    score that the ALSFRS-R does not have.

    Chio 2015, doi:10.1136/jnnp-2013-306589, table 1. Communicating is lost where speech *and*
    handwriting are: a program that has an "or" there gives higher stages.
    """
    _check(items)
    answers = {
        domain: [_at_most(items, number, most) for number, most in cuts]
        for domain, cuts in _CUTS.items()
    }
    lost = {
        domain: (_all if domain is MitosDomain.COMMUNICATING else _any)(facts)
        for domain, facts in answers.items()
    }
    return MitosStage(stage=5 if dead else _count(list(lost.values())), lost=lost)


def kings_items(items: Items) -> tuple[int, ...]:
    """The questions that King's stage of these answers stands on, in their order.

    Those that show respiratory failure where one does; else, of each region, those below 4. Raises ValueError
    as `kings` does.
    """
    _check(items)
    failing = [number for number, most in ((10, 0), (12, 3)) if _at_most(items, number, most)]
    regions = (
        number for region in REGIONS.values() for number in region if _at_most(items, number, 3)
    )
    return tuple(failing or regions)


def mitos_items(items: Items) -> Mapping[MitosDomain, tuple[int, ...]]:
    """Of each function that is lost, the questions that say so. Raises ValueError as `mitos` does."""
    lost = mitos(items, dead=False).lost
    return {
        domain: tuple(number for number, most in _CUTS[domain] if _at_most(items, number, most))
        for domain, gone in lost.items()
        if gone
    }


def ft9(items: Items, *, dead: bool | None) -> int | None:
    """The FT9 stage, 0 to 5: how many of the four subscores are 9 or less of 12; 5 is death.

    None, except in death, unless all 12 questions are answered: a partial sum is compared with
    nothing. Raises ValueError for a question or a score that the ALSFRS-R does not have.

    Thakore 2018, doi:10.1080/21678421.2018.1484925. UNCONFIRMED: the rule was not read in its
    source, and so the program ships it switched off.
    """
    _check(items)
    if dead:
        return 5
    subscores = [[items.get(number) for number in numbers] for numbers in _SUBSCORES]
    return _count([_sum_at_most(scores, 9) for scores in subscores])


def _check(items: Items) -> None:
    for number, score in items.items():
        if number not in _QUESTIONS:
            raise ValueError("the ALSFRS-R has questions 1 to 12")
        if score is not None and score not in _SCORES:
            raise ValueError("an ALSFRS-R score is 0 to 4")


def _respiratory_failure(items: Items) -> bool | None:
    return _any((_at_most(items, 10, 0), _at_most(items, 12, 3)))


def _involved(items: Items) -> list[bool | None]:
    """Whether each of the regions is below its full score."""
    return [_any([_at_most(items, one, 3) for one in region]) for region in REGIONS.values()]


def _possible_kings(
    respiratory: bool | None, nutritional: bool | None, regions: Sequence[bool | None]
) -> tuple[Kings, ...]:
    """The stages of every way in which the unknown facts can turn out: no two hang on the same answer."""
    ways = [(fact,) if fact is not None else (False, True) for fact in (respiratory, nutritional)]
    ways += [(fact,) if fact is not None else (False, True) for fact in regions]
    found = {_kings(*facts) for facts in product(*ways)}
    return tuple(stage for stage in Kings if stage in found)


def _kings(respiratory: bool, nutritional: bool, *regions: bool) -> Kings:
    if respiratory:
        return Kings.FOUR_B
    return Kings.FOUR_A if nutritional else Kings(str(regions.count(True)))


def _at_most(items: Items, number: int, limit: int) -> bool | None:
    score = items.get(number)
    return None if score is None else score <= limit


def _sum_at_most(scores: Sequence[int | None], limit: int) -> bool | None:
    known = [score for score in scores if score is not None]
    return sum(known) <= limit if len(known) == len(scores) else None


def _any(facts: Sequence[bool | None]) -> bool | None:
    """True as soon as one fact is, False only when all are."""
    if True in facts:
        return True
    return None if None in facts else False


def _all(facts: Sequence[bool | None]) -> bool | None:
    """False as soon as one fact is, True only when all are."""
    if False in facts:
        return False
    return None if None in facts else True


def _count(facts: Sequence[bool | None]) -> int | None:
    """How many facts are true; None while one is unknown."""
    return None if None in facts else facts.count(True)
