"""The user's guide: every page is reached, every link leads somewhere, words are found, a language has its own pages."""

import gettext

import pytest

from core import guide, resources, words
from core.guide import GuidePage

PAGES = {page.name: page for page in guide.pages()}
MADE = {guide.KEYBOARD, guide.ABOUT}  # by the window


def test_every_page_of_the_folder_is_in_the_contents_and_has_a_title():
    files = {path.stem for path in (resources.DOCUMENTS / "guide").glob("*.md")}
    assert files - MADE <= PAGES.keys()
    assert {"clinical", "schedules"} <= PAGES.keys()
    titles = [page.title for page in PAGES.values()]
    assert all(titles) and len({*titles}) == len(titles)


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_page_and_to_a_place_on_it(name):
    wrong = []
    for link in guide.links(PAGES[name]):
        topic = guide.topic_of(link, name)
        page, _hash, anchor = topic.partition("#")
        there = page in MADE or (
            page in PAGES and (not anchor or anchor in guide.anchors(PAGES[page]))
        )
        if not there:
            wrong.append(link)
    assert wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_an_anchor_is_the_place_of_one_thing(name):
    page = PAGES[name]
    made = [*guide.ANCHOR.findall(page.text), *(part.topic for part in guide.parts(page))]
    assert len(made) == len({*made})


def test_a_page_of_a_screen_says_what_it_is_for_and_what_happens_when_something_is_refused():
    of_screens = PAGES.keys() - {"index", "clinical", "schedules"}
    assert len(of_screens) > 12
    for name in of_screens:
        text = PAGES[name].text
        assert "## What it is for" in text, name
        assert "refused" in text.lower() or "asked" in text.lower(), name


def test_an_anchor_of_a_heading_is_that_of_github():
    assert guide.slug("Scoring a sheet: main.py score") == "scoring-a-sheet-mainpy-score"
    assert guide.slug("How fast: `deltaFS` and **slopes**") == "how-fast-deltafs-and-slopes"


def test_words_are_found_in_every_page_with_a_piece_around_them():
    found = guide.find("recovery CODE", PAGES.values())
    assert found[0].topic == "sign-in", "whose title has both words"
    assert {"first-day", "people", "sign-in"} <= {one.topic.partition("#")[0] for one in found}
    assert all("recovery" in (one.title + one.piece).casefold() for one in found)
    assert guide.find("recovery zebra", PAGES.values()) == ()
    assert guide.find("  ", PAGES.values()) == ()


def test_what_is_found_is_words_and_no_markdown():
    page = GuidePage(
        "x", "# A\n\n| **bold** | [link](y.md) |\n|---|---|\n| `key` | <a id='n'></a>b |\n"
    )
    (place,) = guide.find("bold key", [page])
    assert place.piece.startswith("bold")
    assert not {"*", "|", "`", "]"} & {*place.piece}


def test_a_translated_page_is_read_in_its_language_and_another_stays_english(tmp_path, monkeypatch):
    english = tmp_path / "guide"
    (english / "de").mkdir(parents=True)
    (english / "index.md").write_text("# Guide\n\n[Today](today.md) [People](people.md)\n", "utf-8")
    (english / "today.md").write_text("# Today\n", "utf-8")
    (english / "people.md").write_text("# People\n", "utf-8")
    (english / "de" / "today.md").write_text("# Heute\n", "utf-8")
    monkeypatch.setattr(resources, "DOCUMENTS", tmp_path)
    german = gettext.NullTranslations()
    monkeypatch.setattr(german, "_info", {"language": "de"})
    guide._pages.cache_clear()
    before = words.speak(german)
    try:
        titles = [page.title for page in guide.pages()]
    finally:
        words.speak(before)
        guide._pages.cache_clear()
    assert titles == ["Guide", "Heute", "People"]
