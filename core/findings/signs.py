"""Whether the words of an adverse event mean one of the signs of resources/signs.toml: synonyms, abbreviations,
English and Persian, and not where it is denied.

A term is a few words, not a language: what is matched is told by the file, and in doubt a sign is there.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cattrs import BaseValidationError

from core import resources
from core.convert import converter, problems
from core.errors import InvalidReference

# How many words on the next word of a phrase may stand: in its order, and turned round.
AHEAD, TURNED = 3, 7
_LETTERS = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ك": "ک",
        "ة": "ه",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ۀ": "ه",
        "\u200c": " ",  # between the parts of a Persian word, often left out
        "’": "'",
        "œ": "oe",
        "æ": "ae",
    }
)
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.)+[^\W\d_]\b\.?")  # S.O.B.
_WORD = re.compile(r"w/o|[^\W_]+(?:'[^\W_]+)?|[.;؛!\n,،]")
_STOPS, _COMMAS = frozenset(".;؛!\n"), frozenset(",،")

Words = tuple[str, ...]
Phrase = tuple[tuple[str, ...], ...]  # one word after the other, each with those that mean the same


@dataclass(frozen=True, slots=True)
class Signs:
    """One group of signs: the phrases that name it."""

    id: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Denial:
    """How a sign is denied, and what keeps a denial from reaching it."""

    before: tuple[str, ...]
    before_all: tuple[str, ...]
    after: tuple[str, ...]
    list: tuple[str, ...]
    but: tuple[str, ...]
    there: tuple[str, ...]
    although: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The signs, and the words by which they are denied."""

    signs: tuple[Signs, ...]
    denial: Denial

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(one.id for one in self.signs)

    def phrases(self, sign: str) -> tuple[str, ...]:
        return next(one.phrases for one in self.signs if one.id == sign)


@cache
def shipped() -> Vocabulary:
    """The signs of this program. Raises InvalidReference."""
    return read(resources.path("signs.toml"))


def read(path: Path) -> Vocabulary:
    """The vocabulary of a file. Raises InvalidReference naming the file and what in it is wrong."""
    try:
        return converter.structure(tomllib.loads(path.read_text("utf-8")), Vocabulary)
    except BaseValidationError as error:
        raise InvalidReference(f"{path.name}: {'; '.join(problems(error))}") from error
    except ValueError as error:
        raise InvalidReference(f"{path.name}: {error}") from error


def means(sign: str, *texts: str) -> bool:
    """Whether one of the texts names the sign, and does not deny it."""
    return any(_is_there(sign, text) for text in texts)


@cache
def _is_there(sign: str, text: str) -> bool:
    words = tuple(_WORD.findall(_plain(text)))
    return any(
        not _denied(words, first, last)
        for phrase in _split(shipped().phrases(sign))
        for first, last in _found(phrase, words)
    )


def _plain(text: str) -> str:
    """Lower case, without accents, the dots of abbreviations, and what Persian is written with or without."""
    text = text.replace("(-)", " no ").replace("(+)", " yes ").translate(_LETTERS).casefold()
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _DOTTED.sub(lambda found: found[0].replace(".", ""), text)


@cache
def _split(phrases: tuple[str, ...]) -> tuple[Phrase, ...]:
    return tuple(
        tuple(tuple(_plain(word).split("|")) for word in phrase.split(" ")) for phrase in phrases
    )


def _is(word: str, wanted: tuple[str, ...]) -> bool:
    return any(word == one[1:] if one.startswith("=") else word.startswith(one) for one in wanted)


def _found(phrase: Phrase, words: Words) -> Iterator[tuple[int, int]]:
    """The first and the last place where the words of a phrase stand near one another, in order or turned round."""
    turned = phrase[::-1] if len(phrase) > 1 else ()
    for start, word in enumerate(words):
        if _is(word, phrase[0]):
            end = _follow(phrase[1:], words, start, AHEAD, _STOPS | _COMMAS)
            if end is not None:
                yield start, end
        if turned and _is(word, turned[0]):
            end = _follow(turned[1:], words, start, TURNED, _STOPS)
            if end is not None:
                yield start, end


def _follow(
    phrase: Phrase, words: Words, start: int, reach: int, stops: frozenset[str]
) -> int | None:
    """The place of the last word of a phrase, each at most ``reach`` words behind the one before it."""
    place = start
    for wanted in phrase:
        for ahead in range(place + 1, min(place + 1 + reach, len(words))):
            if words[ahead] in stops:
                return None
            if _is(words[ahead], wanted):
                place = ahead
                break
        else:
            return None
    return place


def _denied(words: Words, first: int, last: int) -> bool:
    return _denied_before(words, first, last) or _denied_after(words[last + 1 :])


def _denied_before(words: Words, first: int, last: int) -> bool:
    """Whether a denial reaches from before: no sentence, no "but" and no fresh statement lies between."""
    denial, in_list = shipped().denial, True
    for place in range(first - 1, -1, -1):
        if words[place] in _STOPS or _any(denial.but, words, place):
            return False
        if words[place] in _COMMAS:
            end = _end_of_part(words, last + 1)
            if _any_in(denial.there, words[place + 1 : end]):
                return False
            in_list = in_list and _any_in(denial.list, words[place + 1 :])
        if words[place] == "and":
            in_list = False
        if _any(denial.before_all, words, place) or (in_list and _any(denial.before, words, place)):
            return not _any_in(denial.although, words[place + 1 : first])
    return False


def _denied_after(words: Words) -> bool:
    """Whether a denial follows in the same part of the sentence: "chest pain: none", a Persian verb at the end."""
    denial = shipped().denial
    for place, word in enumerate(words):
        if word in _STOPS or _any(denial.but, words, place):
            return False
        if word in _COMMAS and not _any_in(denial.list, words[place + 1 :]):
            return False
        if _any(denial.after, words, place):
            return not _any_in(denial.although, words[:place])
    return False


def _end_of_part(words: Words, start: int) -> int:
    ends = (n for n in range(start, len(words)) if words[n] in _STOPS | _COMMAS)
    return next(ends, len(words))


def _any(phrases: tuple[str, ...], words: Words, place: int) -> bool:
    """Whether one of the phrases begins at a place, its words one behind the other."""
    for phrase in _split(phrases):
        there = words[place : place + len(phrase)]
        if len(there) < len(phrase):
            continue
        ends = _end_of_part(words, place) == place + len(phrase)
        if all(
            _is(word, tuple(one.removesuffix("$") for one in wanted if ends or one[-1] != "$"))
            for word, wanted in zip(there, phrase, strict=True)
        ):
            return True
    return False


def _any_in(phrases: tuple[str, ...], words: Words) -> bool:
    return any(_any(phrases, words, place) for place in range(len(words)))
