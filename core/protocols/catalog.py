"""The schedules shipped in resources/protocols, one TOML file each."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from cattrs import ClassValidationError

from core import resources
from core.convert import converter, problems
from core.errors import InvalidProtocol
from core.instruments import catalog as instruments
from core.model.nouns import ADVERSE_EVENTS, MEASUREMENTS, SINCE_LAST_TIME, SPIROMETRY
from core.model.patient import Patient
from core.protocols.definition import CriterionKind, Measure, Operator, Protocol

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
    table: dict[str, Any] = {}
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        protocol = converter.structure(table, Protocol)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidProtocol(f"{path.name}: {error}") from error
    except ClassValidationError as error:
        said = "; ".join(_worded(one, table) for one in problems(error))
        raise InvalidProtocol(f"{path.name}: {said}") from error
    known = {SPIROMETRY, MEASUREMENTS, ADVERSE_EVENTS, SINCE_LAST_TIME}
    known |= {*instruments.shipped(), *(task.id for task in protocol.tasks)}
    if unknown := sorted(protocol.named_assessments - known):
        raise InvalidProtocol(
            f"{path.name}: assessments {unknown} are neither questionnaires nor [[tasks]]"
        )
    return protocol


def _worded(problem: str, table: dict[str, Any]) -> str:
    """A problem as it is told: that of a criterion begins with its id, and names the words there are."""
    match = re.fullmatch(r"(.*) @ \$\.criteria\[(\d+)\]\.?(\w*)", problem)
    if match is None:
        return problem
    said, at, key = match[1], int(match[2]), match[3]
    one = table["criteria"][at]
    name = one.get("id", at + 1) if isinstance(one, dict) else at + 1
    kind = {"kind": CriterionKind, "measure": Measure, "operator": Operator}.get(key)
    if kind is not None:
        said = f"write one of {', '.join(filter(None, kind))}"
    return f"criterion {name}, {key}: {said}" if key else f"criterion {name}: {said}"
