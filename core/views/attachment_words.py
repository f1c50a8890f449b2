"""An attached file in words: its name, what it is, how large, and what was taken out of it."""

from core import labels
from core.model.attachment import Attachment, Reference, TakenOut
from core.words import _


def named(value: str) -> str:
    """The name of the file that a value names; the value itself where it names none."""
    found = Reference.of(value)
    return value if found is None else found.name


def described(value: str) -> str:
    """Its name, what it is, and its size: "report.pdf · PDF, 1.2 MB"; of one of before only its name."""
    found = Reference.of(value)
    if found is None or found.media is None:
        return named(value)
    text = _("{name} · {kind}, {size}")
    kind = labels.MEDIA[found.media]
    return text.format(name=found.name, kind=kind, size=size(found.size))


def size(bytes: int) -> str:
    if bytes >= 100_000:
        return _("{n} MB").format(n=f"{bytes / 1e6:.1f}")
    return _("{n} kB").format(n=max(1, round(bytes / 1e3)))


def taken_out(attachment: Attachment) -> str:
    """What is not kept of the file, in a sentence; empty where everything is."""
    found = parts(attachment.taken_out)
    return _("Not kept: {what}.").format(what=found) if found else ""


def parts(ids: str) -> str:
    """What was taken out of a file, by the ids of `TakenOut`, in words."""
    known = {one.value: one for one in TakenOut}
    return ", ".join(labels.TAKEN_OUT[known[one]] for one in ids.split() if one in known)
