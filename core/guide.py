"""The user's guide: its pages in their order, what is under which heading, and where words are found.

The pages are Markdown in ``docs/guide``, in the order of the links in its ``index.md``; a link to a document beside
that folder (``../clinical.md``) makes it a page, too. A translation of a page is a file of the same name in
``docs/guide/<language>``: it is read where the catalogue in use says that language in its head ("Language: de").

A topic is ``page`` or ``page#anchor``. An anchor is that of a heading, as GitHub makes it, or one that is written
(``<a id="figure-slope"></a>``).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from core import resources
from core.words import language

INDEX = "index"
KEYBOARD, ABOUT = "keyboard", "about"  # pages that the window makes
_HEADING = re.compile(r"^(#{1,6}) +(.*?) *$", re.MULTILINE)
ANCHOR = re.compile(r'<a id="([\w.-]+)"></a>')
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_MARKS = re.compile(r"\*\*|`|^\s*[-*>] |^\s*\|[-| :]+\|\s*$", re.MULTILINE)
AROUND = 70  # characters that are shown on both sides of what was found


@dataclass(frozen=True, slots=True)
class GuidePage:
    """One page: its name, by which topics and links know it, and its Markdown; ``is_plain`` is text as it is."""

    name: str
    text: str
    is_plain: bool = False

    @property
    def title(self) -> str:
        """Its first heading."""
        found = _HEADING.search(self.text)
        return plain(found[2]) if found else self.name


@dataclass(frozen=True, slots=True)
class Part:
    """What is under one heading of a page; ``topic`` leads to it."""

    topic: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where words were found: the title of the page and of the part, and a piece of its text."""

    topic: str
    page: str
    title: str
    piece: str


def pages() -> tuple[GuidePage, ...]:
    """The index and every page that it leads to, in the language in use."""
    return _pages(language().info().get("language", ""))


@cache
def _pages(spoken: str) -> tuple[GuidePage, ...]:
    index = _read(f"{INDEX}.md", spoken)
    files = dict.fromkeys(
        file for _title, link in _LINK.findall(index.text) if (file := link.partition("#")[0])
    )
    made = {page_name(KEYBOARD), page_name(ABOUT)}
    return (index, *(_read(file, spoken) for file in files if page_name(file) not in made))


def _read(file: str, spoken: str) -> GuidePage:
    folder = resources.DOCUMENTS / "guide"
    ours = folder / spoken / file
    path = ours if spoken and ours.is_file() else folder / file
    return GuidePage(page_name(file), path.read_text("utf-8"))


def page_name(link: str) -> str:
    """``../clinical.md`` is the page ``clinical``."""
    return link.rpartition("/")[2].removesuffix(".md")


def topic_of(link: str, page: str) -> str:
    """The topic that a link of a page leads to; empty for one that leads out of the guide."""
    if ":" in link:
        return ""
    file, _hash, anchor = link.partition("#")
    name = page_name(file) if file else page
    return f"{name}#{anchor}" if anchor else name


def slug(title: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    kept = re.sub(r"[^\w\- ]", "", plain(title).casefold())
    return kept.replace(" ", "-")


def plain(text: str) -> str:
    """Markdown without its marks."""
    without = _LINK.sub(r"\1", ANCHOR.sub("", text))
    return _MARKS.sub("", without).replace("|", " ")


def anchors(page: GuidePage) -> frozenset[str]:
    """Every anchor of a page, of headings and written."""
    headings = (slug(found[2]) for found in _HEADING.finditer(page.text))
    return frozenset((*headings, *ANCHOR.findall(page.text)))


def links(page: GuidePage) -> tuple[str, ...]:
    """Every link of a page, as it is written."""
    return tuple(link for _title, link in _LINK.findall(page.text))


def parts(page: GuidePage) -> Iterator[Part]:
    """The page, heading by heading."""
    found = list(_HEADING.finditer(page.text))
    ends = [*(one.start() for one in found[1:]), len(page.text)]
    for index, (heading, end) in enumerate(zip(found, ends, strict=True)):
        title = plain(heading[2])
        topic = f"{page.name}#{slug(heading[2])}" if index else page.name
        yield Part(topic, title, " ".join(plain(page.text[heading.end() : end]).split()))


def find(words: str, among: Iterable[GuidePage]) -> tuple[Place, ...]:
    """The parts that hold every one of the words, those with one in the title first; none for no words."""
    wanted = words.casefold().split()
    if not wanted:
        return ()
    found = []
    for page in among:
        for part in parts(page):
            title, text = part.title.casefold(), part.text.casefold()
            if all(word in title or word in text for word in wanted):
                named = sum(word in title for word in wanted)
                piece = _piece(part.text, wanted)
                found.append((-named, Place(part.topic, page.title, part.title, piece)))
    return tuple(place for _rank, place in sorted(found, key=lambda one: one[0]))


def _piece(text: str, wanted: list[str]) -> str:
    """What is around the first of the words."""
    places = [at for word in wanted if (at := text.casefold().find(word)) >= 0]
    at = min(places, default=0)
    start, end = max(0, at - AROUND), min(len(text), at + AROUND)
    return f"{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}"
