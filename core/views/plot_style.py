"""Colour and marker of every role in a plot: one table for the window and for paper."""

import tomllib
from dataclasses import dataclass
from functools import cache

from core import resources
from core.convert import converter


@dataclass(frozen=True, slots=True)
class RoleStyle:
    """``light`` and ``dark`` are #rrggbb; marker is circle, square, triangle, diamond, or line for a mark."""

    light: str
    dark: str
    marker: str


@cache
def _roles() -> dict[str, RoleStyle]:
    text = resources.path("styles", "series.toml").read_text("utf-8")
    return converter.structure(tomllib.loads(text), dict[str, RoleStyle])


def of(role: str) -> RoleStyle:
    """The style of a role; one without its own (a scale of a new questionnaire) looks like the total."""
    roles = _roles()
    return roles.get(role, roles["total"])
