"""The schedules: those of resources/protocols, one TOML file for every version of one, and the clinic's own."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from core import resources, toml_values
from core.errors import InvalidProtocol
from core.model.patient import Patient
from core.model.record import PatientRecord
from core.model.user import Clinic
from core.model.visit import Visit
from core.protocols import checking
from core.protocols.definition import Protocol
from core.toml_values import Fault
from core.words import _

ROUTINE = "routine"
Versions = Mapping[tuple[str, str], Protocol]
_own: dict[tuple[str, str], Protocol] = {}  # of the clinic file that is open


@cache
def brought() -> Versions:
    """Every version of every schedule that the program brings. Raises InvalidProtocol."""
    return load(resources.path("protocols"))


def shipped() -> dict[str, Protocol]:
    """The newest version of every schedule that the program brings, by id. Raises InvalidProtocol."""
    return _newest(brought().values())


def use_own(protocols: Sequence[Protocol]) -> None:
    """The schedules of the clinic's own, of the file that was opened; they replace those of the file before."""
    _own.clear()
    _own.update({(one.id, one.version): one for one in protocols})


def newest() -> dict[str, Protocol]:
    """The newest version of every schedule, by id, the program's first: what new patients can be put on."""
    newest = _newest([*brought().values(), *_own.values()])
    return {name: newest[name] for name in (*shipped(), *newest)}


def named(id: str, version: str) -> Protocol | None:
    """One version of a schedule; None where this program and this clinic file do not have it.

    What the clinic added stays what it is, also where a later program brings a schedule of that name.
    """
    return _own.get((id, version)) or brought().get((id, version))


def find(patient: Patient) -> Protocol | None:
    """The schedule that a patient is on, of the version that they were registered with, or None."""
    return named(patient.protocol, patient.protocol_version)


def of(patient: Patient) -> Protocol:
    """The schedule that a patient is on. Raises InvalidProtocol where neither program nor clinic file has it."""
    return required(patient.protocol, patient.protocol_version)


def of_visit(record: PatientRecord, visit: Visit) -> Protocol:
    """The schedule in the version that a visit was begun in. Raises InvalidProtocol as ``of`` does."""
    return required(record.patient.protocol, record.version_of(visit))


def of_screening(record: PatientRecord) -> Protocol:
    """The version that says who may take part: that of the screening, once it was begun; else the patient's.

    An answer to a criterion belongs to the version that it was given for, also where the patient is moved later.
    """
    now = of(record.patient)
    for visit in record.visits:
        then = named(record.patient.protocol, record.version_of(visit))
        screening = None if then is None else then.screening
        if then is not None and screening is not None and screening.code == visit.code:
            return then
    return now


def newer(patient: Patient) -> Protocol | None:
    """The newest version of the patient's schedule; None where they have it, or nobody knows theirs."""
    newest_one, own = newest().get(patient.protocol), find(patient)
    if newest_one is None or own is None or int(newest_one.version) <= int(own.version):
        return None
    return newest_one


def required(id: str, version: str) -> Protocol:
    """One version of a schedule. Raises InvalidProtocol where neither program nor clinic file has it."""
    protocol = named(id, version)
    if protocol is None:
        text = _(
            "This program has no schedule named “{id}” of version {version}: add its file in the settings,"
            " or use the version of the program that has it."
        )
        raise InvalidProtocol(text.format(id=id, version=version))
    return protocol


def of_new_patients(clinic: Clinic) -> Protocol:
    """The schedule that the clinic chose for new patients; the routine one where it is not there any more."""
    found = newest()
    return found.get(clinic.protocol) or found[ROUTINE]


def load(folder: Path) -> Versions:
    """The schedules of a folder, by id and version. Raises InvalidProtocol, naming the file and the line to fix."""
    found: dict[tuple[str, str], Protocol] = {}
    for path in sorted(folder.glob("*.toml")):
        one = read(path.name, path.read_bytes())
        key = (one.id, one.version)
        if key in found:
            text = _("version {version} of {id} is there twice; give this file a new one.")
            fault = Fault(text, ("version",), version=one.version, id=one.id)
            raise toml_values.refusal(path.name, path.read_text("utf-8"), fault, InvalidProtocol)
        found[key] = one
    return found


def read(name: str, data: bytes) -> Protocol:
    """One schedule. It may name the forms of a visit that there are now.

    Raises InvalidProtocol, naming the file and the line to fix.
    """
    return toml_values.read(name, data, Protocol, checking.check, InvalidProtocol)


def _newest(protocols: Iterable[Protocol]) -> dict[str, Protocol]:
    """By id, in the order of the ids."""
    newest_last = sorted(protocols, key=lambda one: (one.id, int(one.version)))
    return {one.id: one for one in newest_last}
