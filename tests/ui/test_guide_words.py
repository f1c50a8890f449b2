"""The guide names what is there: each key is in the list of keys, and each button is called so in the program."""

import re

import pytest

from core import guide
from scripts.write_messages import messages
from ui.actions import ACTIONS, PAGE_KEYS

PAGES = {one.name: one for one in guide.pages() if one.name not in {"clinical", "schedules"}}
NAMED = re.compile(r"`([^`\n]+)`")
KEY = re.compile(r"(?:(?:Ctrl|Shift|Alt)\+)+\S+|F\d+|\S|Home|PgUp|PgDn")
OF_THE_SYSTEM = {"Tab", "Ctrl", "Enter", "Esc", "Backspace"}
TYPED = {"<", ">"}  # beside a value of the laboratory
# What is typed, or is a file, a column of one or a command: no name of a button.
EXAMPLES = re.compile(
    r"[\d./-]+|demo|clinic backups|(?:clinic)?\.(?:als|ics)[.\w]*|main\.py .+"
    r"|--[\w-]+(?: \w+)?|OUT|\.(?:zip|xlsx)|_shown|_not_done|not_listed|sha256sum .+"
    r"|trial-report\.pdf|methods\.txt|tables|figures|manifest\.\w+"
    r"|patient|record number|age|sex|onset|note|\w+_(?:months|baseline|cm)|paracetamol .+"
)
HOLE = re.compile(r"\\\{\w+\\\}")


def keys():
    """Every key that the program lists, one by one."""
    listed = [action.shortcut for action in ACTIONS]
    for _place, rows in PAGE_KEYS:
        for key, what in rows:
            listed += re.split(r", | … |–| ", key)
            listed += re.findall(r"(?:Ctrl|Shift|Alt)\+\w+|Home", what)
    digits = {str(digit) for digit in range(10)}  # of "0–4" and "1–9"
    return {*listed, *digits, *(f"Alt+{digit}" for digit in range(1, 8))} | OF_THE_SYSTEM


def plain(name):
    """A name without the key printed on its button, and without the dots of one that asks something."""
    return re.sub(r"  \S+$", "", name).rstrip("…")


@pytest.fixture(scope="module")
def is_a_word():
    """Whether the program shows a name, whatever number or day it fills in."""
    shown = {plain(text) for one in messages() for text in (one.text, one.many) if text}
    filled = [
        re.compile(HOLE.sub(".+", re.escape(text)))
        for text in shown
        if len(re.sub(r"\{\w+\}", "", text).strip()) > 6 and "{" in text
    ]

    def holds(name):
        return plain(name) in shown or any(one.fullmatch(plain(name)) for one in filled)

    return holds


@pytest.mark.parametrize("name", PAGES)
def test_every_key_and_every_button_of_a_page_is_there(name, is_a_word):
    wrong = []
    for said in NAMED.findall(PAGES[name].text):
        if KEY.fullmatch(said) or said in OF_THE_SYSTEM:
            there = said in keys() | TYPED or is_a_word(said)
        else:
            there = bool(EXAMPLES.fullmatch(said)) or is_a_word(said)
        if not there:
            wrong.append(said)
    assert wrong == []


def test_a_button_and_a_key_that_are_not_there_are_found(is_a_word):
    assert not is_a_word("Save everything now")
    assert is_a_word("Sign 3 visits…") and is_a_word("Start")
    assert "Ctrl+J" not in keys() and KEY.fullmatch("Ctrl+J")
    assert {"Ctrl+K", "Shift+S", "Alt+Left", "F2", "↑", "-", "/", "L"} <= keys()
