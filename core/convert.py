"""The one converter between rows or TOML tables and frozen values."""

from datetime import date, datetime
from typing import Any

from cattrs.preconf.json import make_converter

converter = make_converter(forbid_extra_keys=True)
converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
converter.register_unstructure_hook(date, date.isoformat)
converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
converter.register_unstructure_hook(datetime, datetime.isoformat)


def to_row(value: Any) -> dict[str, Any]:
    """The columns of a stored value."""
    row: dict[str, Any] = converter.unstructure(value)
    return row
