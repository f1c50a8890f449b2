"""The sizes of paper that are printed on."""

from enum import StrEnum


class PaperSize(StrEnum):
    """What a document is printed on."""

    A4 = "a4"
    LETTER = "letter"
