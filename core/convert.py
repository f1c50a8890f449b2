"""The one converter between rows or TOML tables and frozen values."""

from datetime import date, datetime
from typing import Any

from cattrs import BaseValidationError, transform_error
from cattrs.preconf.json import make_converter
from cattrs.v import format_exception

converter = make_converter(forbid_extra_keys=True)
converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
converter.register_unstructure_hook(date, date.isoformat)
converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
converter.register_unstructure_hook(datetime, datetime.isoformat)


def to_row(value: Any) -> dict[str, Any]:
    """The columns of a stored value."""
    row: dict[str, Any] = converter.unstructure(value)
    return row


def problems(error: BaseValidationError) -> str:
    """What is wrong in a structure, and where; a check of our own classes in its own words."""
    return "; ".join(transform_error(error, format_exception=_worded))


def _worded(error: BaseException, expected: type | None) -> str:
    if expected is None and isinstance(error, ValueError):
        return str(error)
    return format_exception(error, expected)
