"""Whether a patient may be one that the clinic has already: asked, never decided here.

Names are compared without case, marks, spaces, Arabic letter variants and order; near names by edit
distance (optimal string alignment) and by the consonants that transliteration keeps.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from core.model.ids import PatientId
from core.model.patient import Patient, Sex
from core.words import _, day

_LETTERS = str.maketrans("يىئأإآٱةۀكؤøłđıё", "یییااااههکوoldiе", "ءـ") | str.maketrans(
    {"æ": "ae", "œ": "oe"}
)
# Persian and Latin letters by the sound that survives between them; vowels, h, v and y do not.
_SOUNDS = str.maketrans(
    "سصثزذضظتطقغبپجچخدرژشفکگلمنcg", "ssszzzzttqqbpjCkdrzSfkqlmnkq", "aeiouyhvwاعیوهح"
) | str.maketrans({"x": "ks"})
_DIGRAPHS = (
    ("kh", "k"),
    ("gh", "q"),
    ("sch", "S"),
    ("sh", "S"),
    ("ch", "C"),
    ("zh", "z"),
    ("ph", "f"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Another patient who may be the same person, and the sentence that says why."""

    patient: Patient
    why: str


def alike(one: Patient, others: Iterable[Patient]) -> tuple[Alike, ...]:
    """Who among the others may be the same person as this one."""
    return tuple(
        Alike(patient=other, why=why)
        for other in others
        if other.id != one.id and (why := _why(one, other))
    )


def among(new: Sequence[Patient], known: Sequence[Patient]) -> Mapping[PatientId, tuple[str, ...]]:
    """For each new patient, why they may be one of the known, or of the new ones before them."""
    earlier = _Known(known)
    found = {}
    for one in new:
        if sentences := tuple(each.why for each in alike(one, earlier.candidates(one))):
            found[one.id] = sentences
        earlier.add(one)
    return found


class NumbersKnown:
    """Record numbers by how they are read: 001 beside 1, A-01 beside a-1."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self._by_key: dict[tuple[str, ...], str] = {}
        for number in numbers:
            self.add(number)

    def add(self, number: str) -> None:
        if key := _number_key(number):
            self._by_key.setdefault(key, number)

    def alike(self, number: str) -> str:
        """The first one that reads like this one, or nothing."""
        return self._by_key.get(_number_key(number), "")


class _Known:
    """Patients by what `_why` compares, so that a long list is not compared with itself line by line."""

    def __init__(self, patients: Iterable[Patient]) -> None:
        self._patients: list[Patient] = []
        self._by_key: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for one in patients:
            self.add(one)

    def add(self, one: Patient) -> None:
        place = len(self._patients)
        self._patients.append(one)
        for key in _keys(one):
            self._by_key[key].append(place)
        for name in _without_a_letter(one):
            self._by_key["near", name].append(place)
            if one.born is None:
                self._by_key["near, not born", name].append(place)

    def candidates(self, one: Patient) -> list[Patient]:
        """Everybody who may be alike, in the order in which they came; not all of them are."""
        near = "near" if one.born is None else "near, not born"
        keys = [*_keys(one), *((near, name) for name in _without_a_letter(one))]
        places = {place for key in keys for place in self._by_key.get(key, ())}
        return [self._patients[place] for place in sorted(places)]


def _keys(one: Patient) -> set[tuple[str, str]]:
    """What two have in common who have the same name, or the same birth date."""
    family, given = _names(one)
    found = {("born", one.born.isoformat())} if one.born else set()
    if family or given:
        found.add(("words", " ".join(sorted(f"{family} {given}".split()))))
        found |= {("joined", each.replace(" ", "")) for each in (family + given, given + family)}
    return found


def _without_a_letter(one: Patient) -> set[str]:
    """The names, and each of them without one letter: two that differ by one letter have one of these in common."""
    return {
        name[:place] + name[place + 1 :]
        for name in _names(one)
        if len(name) > 3
        for place in range(len(name) + 1)
    }


def _number_key(number: str) -> tuple[str, ...]:
    """Its runs of letters and of digits, without leading zeros, case, and what separates them."""
    plain = unicodedata.normalize("NFKC", number).casefold()
    runs = re.findall(r"\d+|[^\W\d_]+", plain)
    return tuple(str(int(run)) if run.isdecimal() else run for run in runs)


def _why(one: Patient, other: Patient) -> str:
    """Why the two may be one person, in a sentence; empty where nothing says so."""
    who = {"number": other.record_number, "name": other.name or _("no name")}
    born = _("born {day}").format(day=day(other.born)) if other.born else _("birth date not known")
    if _same_name(one, other):
        return _("{number} has the same name: {name}, {born}.").format(**who, born=born)
    if Sex.UNKNOWN not in (one.sex, other.sex) and one.sex != other.sex:
        return ""
    if one.born is not None and one.born == other.born:
        if not one.name or not other.name:
            return _("{number} ({name}) has the same birth date.").format(**who)
        if _near_name(one, other):
            return _("{number} has the same birth date and a near name: {name}.").format(**who)
    elif (one.born is None or other.born is None) and _nearly_equal(one, other):
        return _("{number} has a near name: {name}, {born}.").format(**who, born=born)
    return ""


def _names(patient: Patient) -> tuple[str, str]:
    return _plain(patient.family_name), _plain(patient.given_name)


@cache
def _plain(name: str) -> str:
    """A name without what one writes differently from day to day: its words, separated by one space."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_LETTERS)
    letters = (c for c in unicodedata.normalize("NFKD", folded) if unicodedata.category(c) != "Mn")
    words = "".join(
        c if c.isalnum() else " " if c.isspace() or c in "-‐–," else "" for c in letters
    )
    return " ".join(words.translate(_LETTERS).split())


def _same_name(one: Patient, other: Patient) -> bool:
    """The same words in any order, or the same letters with the words set apart elsewhere."""
    mine, theirs = _names(one), _names(other)
    if not any(mine) or not any(theirs):
        return False
    if sorted(" ".join(mine).split()) == sorted(" ".join(theirs).split()):
        return True
    joined = {"".join(mine).replace(" ", ""), "".join(mine[::-1]).replace(" ", "")}
    return "".join(theirs).replace(" ", "") in joined


def _near_name(one: Patient, other: Patient) -> bool:
    """With the same birth date, one name in common is enough: people marry, and are called by short names."""
    mine, theirs = _names(one), _names(other)
    return any(a and b and _near(a, b) for a in mine for b in theirs)


def _nearly_equal(one: Patient, other: Patient) -> bool:
    """Both names are equal but for one letter each, as they stand or swapped."""
    mine, theirs = _names(one), _names(other)
    if not all((*mine, *theirs)):
        return False
    return any(
        all(
            min(len(a), len(b)) > 3 and abs(len(a) - len(b)) <= 1 and _distance(a, b) <= 1
            for a, b in zip(mine, way, strict=True)
        )
        for way in (theirs, theirs[::-1])
    )


def _near(a: str, b: str) -> bool:
    """The same but for a slip of the pen for every four letters, or the same to the ear."""
    a, b = a.replace(" ", ""), b.replace(" ", "")
    if _distance(a, b) <= min(len(a), len(b)) // 4:
        return True
    sounds = _sounds(a)
    return len(sounds) > 1 and sounds == _sounds(b)


@cache
def _sounds(name: str) -> str:
    """The consonants of a name, doubled ones once: رضایی and Rezaei are both rz."""
    for letters, sound in _DIGRAPHS:
        name = name.replace(letters, sound)
    return re.sub(r"(.)\1+", r"\1", name.translate(_SOUNDS))


def _distance(a: str, b: str) -> int:
    """Letters to add, drop, change or swap with their neighbour, to make one of the other."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        last, row, older = row, [i], before
        for j, right in enumerate(b, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                best = min(best, older[j - 2] + 1)
            row.append(best)
        before = last
    return row[-1]
