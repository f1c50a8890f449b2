"""Signatures, locks and queries of a visit in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.labels import MEANING, ROLE, locked_thing
from core.model.data_query import DataQuery, QueryState
from core.model.record import PatientRecord
from core.model.signature import Lock, LockLevel, SignatureState
from core.model.visit import Visit
from core.views.visit_words import form_title, named
from core.words import _, day, instant, plural

VOID = "†"  # before a signature that does not hold any more
HASH_SHOWN = 16  # hex digits
MOST_CHANGES = 20


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """One signature in words; a void one begins with a dagger and has what was changed since."""

    text: str
    valid: bool
    changes: tuple[str, ...] = ()


def signature_row(state: SignatureState) -> SignatureRow:
    signature, at = state.signature, state.signed_at
    text = _(
        "Signed electronically by {name} ({role}), {when} ({offset}), meaning: {meaning}."
        " Data hash {hash}."
    ).format(
        name=signature.printed_name,
        role=ROLE[signature.role],
        when=f"{day(at.date())} {at:%H:%M}",
        offset=at.isoformat()[-len("+00:00") :],
        meaning=MEANING[signature.meaning],
        hash=signature.data_hash[:HASH_SHOWN],
    )
    if state.valid:
        return SignatureRow(text, valid=True)
    changes = [
        _("{when}, {who}: {what}").format(
            when=f"{day(one.at.date())} {one.at:%H:%M}", who=one.by, what=one.what
        )
        + (f" ({one.reason})" if one.reason else "")
        for one in state.changes[:MOST_CHANGES]
    ]
    if (more := len(state.changes) - MOST_CHANGES) > 0:
        changes.append(_("and {n} more changes: the audit trail has all of them.").format(n=more))
    if not state.changes:
        changes.append(_("The audit trail does not say how: verify this clinic file."))
    void = _("{sign} VOID, the data was changed since. {text}").format(sign=VOID, text=text)
    return SignatureRow(void, valid=False, changes=tuple(changes))


def locks_of(record: PatientRecord, visit: Visit) -> Iterator[Lock]:
    """Those that hold the visit, and those of its forms."""
    yield from record.locks_on(visit.id)
    for lock in record.locks:
        if lock.holds and lock.subject.startswith(f"{visit.id}/"):
            yield lock


def lock_text(lock: Lock, names: Mapping[str, str]) -> str:
    """What is locked, by whom, since when and why."""
    what = locked_thing(lock.level)
    if lock.level is LockLevel.FORM:
        what = form_title(lock.subject.partition("/")[2])
    return _("{what} locked by {who}, {when}: {reason}").format(
        what=what,
        who=named(names, lock.locked_by),
        when=instant(lock.locked_at),
        reason=_(lock.reason),
    )


def queries_text(queries: Iterable[DataQuery]) -> str:
    """How many are open, and how many are answered and wait to be closed; empty where there are none."""
    states = [query.state for query in queries]
    opened, answered = states.count(QueryState.OPEN), states.count(QueryState.ANSWERED)
    parts = [plural(opened, "1 query open", "{n} queries open")] if opened else []
    if answered:
        parts.append(plural(answered, "1 answered, not closed", "{n} answered, not closed"))
    return ", ".join(parts)
