"""The one converter between rows or TOML tables and frozen values."""

import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Protocol, TypeVar

from cattrs import BaseValidationError, transform_error
from cattrs.preconf.json import make_converter
from cattrs.v import format_exception

from core.errors import InvalidReference


class _Named(Protocol):
    @property
    def id(self) -> str: ...


Named = TypeVar("Named", bound=_Named)

converter = make_converter(forbid_extra_keys=True)
converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
converter.register_unstructure_hook(date, date.isoformat)
converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
converter.register_unstructure_hook(datetime, datetime.isoformat)
converter.register_structure_hook(time, lambda value, _: time.fromisoformat(value))
converter.register_unstructure_hook(time, lambda value: value.isoformat("minutes"))
# A class that can be read from its own text is stored as that text. It does not register itself: who
# only reads what was typed would load all of this at every start.
converter.register_structure_hook_func(
    lambda kind: hasattr(kind, "parse"), lambda value, kind: kind.parse(value)
)
converter.register_unstructure_hook_func(lambda kind: hasattr(kind, "parse"), str)


def to_row(value: Any) -> dict[str, Any]:
    """The columns of a stored value."""
    row: dict[str, Any] = converter.unstructure(value)
    return row


def problems(error: BaseValidationError) -> list[str]:
    """What is wrong in a structure, and where; a check of our own classes in its own words."""
    return transform_error(error, format_exception=_worded)


def read_listed(path: Path, name: str, kind: type[Named]) -> dict[str, Named]:
    """The tables ``[[name]]`` of a TOML file by their ids, in its order.

    Raises InvalidReference naming the file and what in it is wrong.
    """
    try:
        tables: dict[str, list[Named]] = converter.structure(
            tomllib.loads(path.read_text("utf-8")),
            dict[str, list[kind]],  # type: ignore[valid-type]
        )
    except BaseValidationError as error:
        raise InvalidReference(f"{path.name}: {'; '.join(problems(error))}") from error
    except ValueError as error:
        raise InvalidReference(f"{path.name}: {error}") from error
    if set(tables) != {name}:
        raise InvalidReference(f"{path.name}: it holds tables [[{name}]] and no others")
    by_id = {one.id: one for one in tables[name]}
    if len(by_id) != len(tables[name]):
        raise InvalidReference(f"{path.name}: an id is there twice; give each table one of its own")
    return by_id


def _worded(error: BaseException, expected: type | None) -> str:
    if expected is None and isinstance(error, ValueError):
        return str(error)
    return format_exception(error, expected)
