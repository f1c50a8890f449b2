"""The schedules shipped in resources/protocols, one TOML file each."""

import tomllib
from functools import cache
from pathlib import Path

from cattrs import ClassValidationError, transform_error

from core import resources
from core.convert import converter
from core.errors import InvalidProtocol
from core.instruments import catalog as instruments
from core.model.patient import Patient
from core.protocols.definition import ADVERSE_EVENTS, SPIROMETRY, Protocol

ROUTINE = "routine"


@cache
def shipped() -> dict[str, Protocol]:
    """The schedules of this program, by id. Raises InvalidProtocol."""
    return load(resources.path("protocols"))


def of(patient: Patient) -> Protocol:
    """The schedule a patient is on. Raises InvalidProtocol where this program does not have it."""
    protocol = shipped().get(patient.protocol)
    if protocol is None:
        raise InvalidProtocol(
            f"This program has no schedule named “{patient.protocol}”: add its file to resources/protocols."
        )
    return protocol


def load(folder: Path) -> dict[str, Protocol]:
    protocols = [read(path) for path in sorted(folder.glob("*.toml"))]
    return {protocol.id: protocol for protocol in protocols}


def read(path: Path) -> Protocol:
    """One schedule. Raises InvalidProtocol naming the file and what in it is wrong."""
    try:
        protocol = converter.structure(tomllib.loads(path.read_text("utf-8")), Protocol)
    except tomllib.TOMLDecodeError as error:
        raise InvalidProtocol(f"{path.name}: {error}") from error
    except ClassValidationError as error:
        raise InvalidProtocol(f"{path.name}: " + "; ".join(transform_error(error))) from error
    known = {SPIROMETRY, ADVERSE_EVENTS, *instruments.shipped(), *(t.id for t in protocol.tasks)}
    if unknown := sorted(protocol.named_assessments - known):
        raise InvalidProtocol(
            f"{path.name}: assessments {unknown} are neither questionnaires nor [[tasks]]"
        )
    return protocol
