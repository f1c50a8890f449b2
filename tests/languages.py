"""A language for tests: every message marked, about 40 % longer, and written from right to left."""

import gettext
import io
import re
import string
import struct
from functools import cache

from scripts import write_messages
from scripts.write_messages import Message

_PLAIN = string.ascii_lowercase + string.ascii_uppercase
_ACCENTED = "áƀçđéƒǥĥíĵķĺɱñóƥɋŕšťúνŵχýžÁƁÇĐÉƑǤĤÍĴĶĹṀÑÓƤɊŔŠŤÚѴŴΧÝŽ"  # the fonts have each of them
_LETTERS = str.maketrans(_PLAIN, _ACCENTED)
HEAD = (
    "Content-Type: text/plain; charset=UTF-8\n"
    "Plural-Forms: nplurals=2; plural=(n != 1);\n"
    "X-Direction: rtl\n"
)


def marked(text: str) -> str:
    """``[Šáνé··]``: no letter of it is plain; what is in braces, and the space round it, stays as it is.

    A mark that is not seen begins it, so that it is laid out as a text from right to left is.
    """
    parts = re.split(r"(\{[^{}]*\})", text.strip())
    said = "".join(part if part.startswith("{") else part.translate(_LETTERS) for part in parts)
    letters = sum(len(part) for part in parts if not part.startswith("{"))
    dots = "·" * max(1, round(0.4 * letters))
    longer = " ".join(dots[at : at + 6] for at in range(0, len(dots), 6))
    before, after = re.match(r"(\s*).*?(\s*)$", text, re.DOTALL).groups()
    return f"{before}\u200f[{said}{' ' if len(dots) > 6 else ''}{longer}]{after}"


def mirrored() -> gettext.GNUTranslations:
    """The test language, read as a workstation reads a translation: from a compiled catalogue of the template."""
    return gettext.GNUTranslations(io.BytesIO(compiled()))


@cache
def compiled() -> bytes:
    """Its catalogue, an als-follow-up.mo."""
    entries = {"": HEAD}
    for message in write_messages.messages():
        key = f"{message.context}\x04{message.text}" if message.context else message.text
        entries[key + (f"\0{message.many}" if message.many else "")] = _both(message)
    return _compiled(entries)


def _both(message: Message) -> str:
    return "\0".join(marked(text) for text in (message.text, message.many) if text)


def _compiled(entries: dict[str, str]) -> bytes:
    """The bytes of a .mo file: a header, the places of keys and values, then both."""
    pairs = sorted((key.encode(), value.encode()) for key, value in entries.items())
    at = 28 + 16 * len(pairs)
    tables, text = ([], []), b""
    for column in (0, 1):
        for pair in pairs:
            tables[column].append(struct.pack("<II", len(pair[column]), at + len(text)))
            text += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + b"".join(tables[0] + tables[1]) + text
