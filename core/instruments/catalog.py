"""The questionnaires shipped in resources/instruments, one TOML file each."""

import tomllib
from functools import cache
from pathlib import Path

from cattrs import ClassValidationError

from core import resources
from core.convert import converter, problems
from core.errors import InvalidInstrument
from core.instruments.definition import Instrument

ALSFRS_R = "alsfrs-r"


@cache
def shipped() -> dict[str, Instrument]:
    """The questionnaires of this program, by id. Raises InvalidInstrument."""
    return load(resources.path("instruments"))


def alsfrs_r() -> Instrument:
    return shipped()[ALSFRS_R]


def named(id: str) -> Instrument:
    """One questionnaire. Raises InvalidInstrument where this program does not have it."""
    if id not in shipped():
        raise InvalidInstrument(
            f"This program has no questionnaire named “{id}”: add its file to resources/instruments."
        )
    return shipped()[id]


def load(folder: Path) -> dict[str, Instrument]:
    """The questionnaires of a folder, by id. Raises InvalidInstrument, also where two files claim one id."""
    instruments: dict[str, Instrument] = {}
    for path in sorted(folder.glob("*.toml")):
        instrument = read(path)
        if instrument.id in instruments:
            raise InvalidInstrument(f"{path.name}: the id {instrument.id} is taken by another file")
        instruments[instrument.id] = instrument
    return instruments


def read(path: Path) -> Instrument:
    """One questionnaire. Raises InvalidInstrument naming the file and what in it is wrong."""
    try:
        return converter.structure(tomllib.loads(path.read_text("utf-8")), Instrument)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInstrument(f"{path.name}: {error}") from error
    except ClassValidationError as error:
        raise InvalidInstrument(f"{path.name}: {problems(error)}") from error
