"""The questionnaires shipped in resources/instruments: one TOML file for every version of one."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from core import resources, toml_values
from core.errors import InvalidInstrument
from core.instruments.definition import Instrument, Item, Scale
from core.model.adverse_event import MilestoneKind
from core.toml_values import Fault, Place
from core.words import _

ALSFRS_R = "alsfrs-r"
Versions = Mapping[tuple[str, str], Instrument]


@cache
def versions() -> Versions:
    """Every version of every questionnaire, by id and version. Raises InvalidInstrument."""
    return load(resources.path("instruments"))


def shipped() -> dict[str, Instrument]:
    """The newest version of every questionnaire, by id: what is asked from today on."""
    newest_last = sorted(versions().values(), key=lambda one: (one.id, int(one.version)))
    return {one.id: one for one in newest_last}


def alsfrs_r() -> Instrument:
    return shipped()[ALSFRS_R]


def alsfrs_r_total() -> Scale:
    return next(scale for scale in alsfrs_r().scales if scale.total)


def named(id: str, version: str) -> Instrument:
    """The version that a form was answered with. Raises InvalidInstrument where this program lacks it."""
    found = versions().get((id, version))
    if found is None:
        text = _(
            "This program has no questionnaire named “{id}” of version {version}:"
            " add its file to resources/instruments."
        )
        raise InvalidInstrument(text.format(id=id, version=version))
    return found


def title(one: Instrument) -> str:
    """Its title; with the version where this program has a newer one."""
    newest = shipped().get(one.id, one)
    if newest.version == one.version:
        return one.title
    return _("{title}, version {version}").format(title=one.title, version=one.version)


def load(folder: Path) -> Versions:
    """The questionnaires of a folder, by id and version.

    Raises InvalidInstrument where a file cannot be used, naming the file and the line to fix.
    """
    found: dict[tuple[str, str], Instrument] = {}
    files: dict[tuple[str, str], Path] = {}
    for path in sorted(folder.glob("*.toml")):
        one = read(path)
        key = (one.id, one.version)
        if key in found:
            text = _("version {version} of {id} is in {file} already; give this file a new one.")
            names = {"version": one.version, "id": one.id, "file": files[key].name}
            raise _refusal(path, Fault(text, ("version",), **names))
        found[key], files[key] = one, path
    for key, one in found.items():
        try:
            _check_comparable(one, found)
        except Fault as fault:
            raise _refusal(files[key], fault) from fault
    return found


def read(path: Path) -> Instrument:
    """One questionnaire. Raises InvalidInstrument, naming the file and the line to fix."""
    return toml_values.read(path.name, path.read_bytes(), Instrument, _check, InvalidInstrument)


def _refusal(path: Path, fault: Fault) -> InvalidInstrument:
    return toml_values.refusal(path.name, path.read_text("utf-8"), fault, InvalidInstrument)


# What is well formed, and still cannot be right.


def _check(one: Instrument) -> None:
    if not re.fullmatch("[1-9][0-9]*", one.version):
        text = _("version “{version}” is not a whole number; write 1, 2, 3 and so on.")
        raise Fault(text, ("version",), version=one.version)
    if not one.items:
        raise Fault(_("a questionnaire asks something; add [[items]]."), ("items",))
    if not one.scales:
        raise Fault(_("a questionnaire is scored; add [[scales]]."), ("scales",))
    for index, item in enumerate(one.items):
        _check_item(item, one.items[:index], ("items", index))
    for index, item in enumerate(one.items):
        _check_choices(item, ("items", index, "choices"))
        _check_variant(item, one.variants(item.place), ("items", index))
    for index, scale in enumerate(one.scales):
        _check_scale(one, scale, one.scales[:index], ("scales", index))


def _check_item(item: Item, before: Sequence[Item], place: Place) -> None:
    if item.id in {other.id for other in before}:
        text = _("item {id} is there twice; give each item its own id.")
        raise Fault(text, (*place, "id"), id=item.id)
    if item.number in {other.number for other in before}:
        text = _("item {id} has the number {number} of another; give each item its own.")
        raise Fault(text, (*place, "number"), id=item.id, number=item.number)
    if item.requires and item.requires not in set(MilestoneKind):
        text = _("item {id} requires {name}, which is no milestone; write one of: {known}.")
        names = {"id": item.id, "name": item.requires, "known": ", ".join(MilestoneKind)}
        raise Fault(text, (*place, "requires"), **names)


def _check_choices(item: Item, place: Place) -> None:
    if len(item.choices) < 2:
        text = _("item {id} leaves nothing to choose; give it two choices or more.")
        raise Fault(text, place, id=item.id)
    for index, choice in enumerate(item.choices):
        here, names = (*place, index), {"id": item.id, "score": choice.score}
        if choice.score in {other.score for other in item.choices[:index]}:
            text = _(
                "item {id} gives score {score} to two choices; give each choice its own score."
            )
            raise Fault(text, here, **names)
        if not 0 <= choice.score <= 10:  # what the keys 0 to 9 can answer, with 1 0 for ten
            text = _("item {id} has the score {score}; scores go from 0 to 10.")
            raise Fault(text, here, **names)
        between = item.numeric and choice not in item.ends
        if not choice.text and not between:
            text = _("item {id} has no words for score {score}; add its “text”.")
            raise Fault(text, here, **names)
        if choice.text and between:
            text = _("item {id} is numeric and has words at its ends only; remove this “text”.")
            raise Fault(text, here, **names)
    lowest, highest = (end.score for end in item.ends)
    if item.numeric and highest - lowest != len(item.choices) - 1:
        text = _("item {id} is numeric; list every score from {low} to {high}.")
        raise Fault(text, place, id=item.id, low=lowest, high=highest)


def _check_variant(item: Item, variants: Sequence[Item], place: Place) -> None:
    if len(variants) == 1:
        return
    if not item.when:
        text = _("item {id} is one of several variants; say in “when” whom it is for.")
        raise Fault(text, place, id=item.id)
    letter, before = item.number[-1].lower(), variants[: variants.index(item)]
    if not letter.isalpha() or letter in {other.number[-1].lower() for other in before}:
        text = _("item {id} is a variant; end its number in a letter of its own, as 5a and 5b.")
        raise Fault(text, (*place, "number"), id=item.id)
    if item.scores != variants[0].scores:
        text = _("item {id} has other scores than its variant {other}; make them the same.")
        raise Fault(text, (*place, "choices"), id=item.id, other=variants[0].id)


def _check_scale(one: Instrument, scale: Scale, before: Sequence[Scale], place: Place) -> None:
    if scale.id in {other.id for other in before}:
        text = _("scale {id} is there twice; give each scale its own id.")
        raise Fault(text, (*place, "id"), id=scale.id)
    if scale.total and any(other.total for other in before):
        text = _("scale {id} is a second total; leave “total” to one of them.")
        raise Fault(text, (*place, "total"), id=scale.id)
    if not scale.slots:
        text = _("scale {id} sums nothing; name its items in “slots”.")
        raise Fault(text, (*place, "slots"), id=scale.id)
    for index, slot in enumerate(scale.slots):
        here, names = (*place, "slots", index), {"id": scale.id, "slot": slot}
        if slot not in one.slots:
            text = _("scale {id} names {slot}, which is no item; write one of: {known}.")
            raise Fault(text, here, **names, known=", ".join(one.slots))
        if slot in scale.slots[:index]:
            raise Fault(_("scale {id} counts {slot} twice; name it once."), here, **names)
    highest = sum(one.variants(slot)[0].ends[1].score for slot in scale.slots)
    if highest != scale.maximum:
        text = _("scale {id} says maximum {said}, its items add to {sum}; make them agree.")
        raise Fault(text, (*place, "maximum"), id=scale.id, said=scale.maximum, sum=highest)


def _check_comparable(one: Instrument, found: Versions) -> None:
    for index, version in enumerate(one.comparable_with):
        place = ("comparable_with", index)
        earlier = found.get((one.id, version))
        if earlier is None or int(earlier.version) >= int(one.version):
            text = _("{id} has no earlier version “{version}”; name one that it has.")
            raise Fault(text, place, id=one.id, version=version)
        if _scoring(earlier) != _scoring(one):
            text = _("version {version} is scored in another way, so nothing compares; remove it.")
            raise Fault(text, place, version=version)


def _scoring(one: Instrument) -> object:
    """Everything but the words."""
    return (
        one.higher_is_better,
        {(item.id, item.place, item.scores) for item in one.items},
        {(scale.id, scale.slots, scale.total) for scale in one.scales},
    )
