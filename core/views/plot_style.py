"""Colour and marker of every role in a plot, and what fills bars and squares: for the window and for paper."""

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


@dataclass(frozen=True, slots=True)
class Fill:
    """What fills a bar, a band or a square, its edge and the words inside: #rrggbb each."""

    fill: str
    ink: str
    edge: str


@dataclass(frozen=True, slots=True)
class FillStyle:
    light: Fill
    dark: Fill


@cache
def _fills() -> dict[str, FillStyle]:
    text = resources.path("styles", "fills.toml").read_text("utf-8")
    return converter.structure(tomllib.loads(text), dict[str, FillStyle])


def fill(role: str) -> FillStyle:
    """How a role is filled; one without its own looks like any other bar."""
    fills = _fills()
    return fills.get(role, fills["bar"])
