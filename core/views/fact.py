"""One fact of a page: a label and its text."""

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """``field`` is where it was entered, as "step/field"; empty where it was not entered but follows."""

    label: str
    text: str
    field: str = dataclasses.field(default="", compare=False)
