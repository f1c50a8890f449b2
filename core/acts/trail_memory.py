"""What a workstation remembers of a clinic file's audit trail, so that an older file in its place is noticed."""

from datetime import datetime

from core.model.trail import Act, read_code
from core.session import Session
from core.words import _


def remembered(session: Session) -> str:
    """The end of the trail as it is now: its code and when its last entry was written. Nothing about patients."""
    head = session.trail_head
    if head is None:
        return ""
    (last,) = session.trail.entries(after_sequence=head.sequence - 1)
    return f"{head.code} {last.at.isoformat()}"


def contradiction(session: Session, remembered: str) -> str | None:
    """The sentence to tell where the file is not one that goes on from what was remembered.

    A restore that was written down since explains it.
    """
    code, _space, at = remembered.partition(" ")
    seen, head = read_code(code), session.trail_head
    if seen is None:
        return None
    then = session.trail.head_at(seen.sequence)
    if then is not None and seen.fits(then):
        return None
    if session.trail.entries(entity=Act.RESTORED, since=datetime.fromisoformat(at), limit=1):
        return None
    if then is None:
        return _(
            "This file ends at entry {n} of its audit trail, but this workstation has seen entry {seen}:"
            " it was taken back to an older state. Was it restored? If not, ask whoever keeps the backups."
        ).format(n=0 if head is None else head.sequence, seen=seen.sequence)
    return _(
        "Entry {seen} of the audit trail is another one than this workstation has seen: the file was taken"
        " back to an older state and written on. Was it restored? If not, ask whoever keeps the backups."
    ).format(seen=seen.sequence)
