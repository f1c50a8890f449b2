"""The schedules shipped in resources/protocols, one TOML file each."""

import tomllib
from functools import cache
from pathlib import Path

from cattrs import ClassValidationError

from core import resources
from core.convert import converter, problems
from core.errors import InvalidProtocol
from core.instruments import catalog as instruments
from core.model.patient import Patient
from core.protocols.definition import ADVERSE_EVENTS, SPIROMETRY, Protocol

ROUTINE = "routine"


@cache
def shipped() -> dict[str, Protocol]:
    """The schedules of this program, by id. Raises InvalidProtocol."""
    return load(resources.path("protocols"))


def find(patient: Patient) -> Protocol | None:
    """The schedule a patient is on, or None where this program does not have it."""
    return shipped().get(patient.protocol)


def of(patient: Patient) -> Protocol:
    """The schedule a patient is on. Raises InvalidProtocol where this program does not have it."""
    protocol = find(patient)
    if protocol is None:
        raise InvalidProtocol(
            f"This program has no schedule named “{patient.protocol}”: add its file to resources/protocols."
        )
    return protocol


def load(folder: Path) -> dict[str, Protocol]:
    """The schedules of a folder, by id. Raises InvalidProtocol, also where two files claim one id."""
    protocols: dict[str, Protocol] = {}
    for path in sorted(folder.glob("*.toml")):
        protocol = read(path)
        if protocol.id in protocols:
            raise InvalidProtocol(f"{path.name}: the id {protocol.id} is taken by another file")
        protocols[protocol.id] = protocol
    return protocols


def read(path: Path) -> Protocol:
    """One schedule. Raises InvalidProtocol naming the file and what in it is wrong."""
    try:
        protocol = converter.structure(tomllib.loads(path.read_text("utf-8")), Protocol)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidProtocol(f"{path.name}: {error}") from error
    except ClassValidationError as error:
        raise InvalidProtocol(f"{path.name}: {problems(error)}") from error
    known = {SPIROMETRY, ADVERSE_EVENTS, *instruments.shipped(), *(t.id for t in protocol.tasks)}
    if unknown := sorted(protocol.named_assessments - known):
        raise InvalidProtocol(
            f"{path.name}: assessments {unknown} are neither questionnaires nor [[tasks]]"
        )
    return protocol
