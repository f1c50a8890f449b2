"""One fact of a page: a label and its text."""

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """``field`` is where it was entered, as "step/field"; empty where it was not entered but follows.

    ``known`` is False where the text only says why there is no value: paper leaves it out. ``figure`` is the id of a
    computed number (`core/views/figure_names.py`), by which it is explained.
    """

    label: str
    text: str
    field: str = dataclasses.field(default="", compare=False)
    known: bool = dataclasses.field(default=True, compare=False)
    figure: str = dataclasses.field(default="", compare=False)
