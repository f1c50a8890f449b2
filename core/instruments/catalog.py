"""The questionnaires shipped in resources/instruments, one TOML file each."""

import tomllib
from functools import cache
from pathlib import Path

from cattrs import ClassValidationError, transform_error

from core import resources
from core.convert import converter
from core.errors import InvalidInstrument
from core.instruments.definition import Instrument

ALSFRS_R = "alsfrs-r"


@cache
def shipped() -> dict[str, Instrument]:
    """The questionnaires of this program, by id. Raises InvalidInstrument."""
    return load(resources.path("instruments"))


def alsfrs_r() -> Instrument:
    return shipped()[ALSFRS_R]


def load(folder: Path) -> dict[str, Instrument]:
    instruments = [read(path) for path in sorted(folder.glob("*.toml"))]
    return {instrument.id: instrument for instrument in instruments}


def read(path: Path) -> Instrument:
    """One questionnaire. Raises InvalidInstrument naming the file and what in it is wrong."""
    try:
        return converter.structure(tomllib.loads(path.read_text("utf-8")), Instrument)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInstrument(f"{path.name}: {error}") from error
    except ClassValidationError as error:
        raise InvalidInstrument(f"{path.name}: " + "; ".join(transform_error(error))) from error
