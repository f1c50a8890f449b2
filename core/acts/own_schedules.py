"""The clinic's own schedules: checked, added to the clinic file, and there for the next patient at once."""

from pathlib import Path

from core import clock
from core.errors import InvalidProtocol
from core.protocols import catalog
from core.protocols.definition import Protocol
from core.session import Session
from core.store.definitions import SCHEDULE, Definition
from core.words import N_, _


def read(path: Path) -> tuple[str, Protocol]:
    """The schedule in a file, with its text. Raises InvalidProtocol, naming the line to fix, and OSError."""
    data = path.read_bytes()
    protocol = catalog.read(path.name, data)
    return data.decode("utf-8-sig"), protocol


def add(session: Session, text: str, protocol: Protocol) -> None:
    """Add a schedule, or a new version of one; what is there is never changed.

    Raises InvalidProtocol where there is this version already, or a newer one, which new patients would be
    put on; NotAllowed, Locked, StorageError.
    """
    newest = catalog.newest().get(protocol.id)
    if newest is not None and int(protocol.version) <= int(newest.version):
        message = _(
            "There is a schedule “{id}” of version {version} already. Give this one version {next}, or another id."
        )
        next_one = int(newest.version) + 1
        raise InvalidProtocol(message.format(id=protocol.id, version=newest.version, next=next_one))
    with session.write(N_("schedule added")):
        session.definitions.add(
            Definition(
                kind=SCHEDULE,
                id=protocol.id,
                version=protocol.version,
                text=text,
                added_by=session.login,
                added_at=clock.now(),
            )
        )
    session.use_own()


def of_clinic(session: Session) -> tuple[Protocol, ...]:
    """Every version of the clinic's own schedules, in the order in which they were added."""
    keys = [(one.id, one.version) for one in session.definitions.all() if one.kind == SCHEDULE]
    found = (catalog.named(*key) for key in keys)
    return tuple(protocol for protocol in found if protocol is not None)
