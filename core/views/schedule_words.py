"""What a schedule says, in plain lines: shown before it is added to a clinic file."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.findings import eligibility
from core.forms import catalog as forms
from core.model.record import PatientRecord
from core.protocols.definition import (
    Anchor,
    Criterion,
    CriterionKind,
    PlannedKind,
    Protocol,
    Unit,
)
from core.views.visit_words import form_title
from core.words import _, plural


def lines(protocol: Protocol) -> list[str]:
    """The title, every visit with its window and what it asks for, the criteria and the tasks."""
    title = _("{title} ({id}, version {version})")
    found = [
        title.format(title=protocol.title, id=protocol.id, version=protocol.version),
        _("Source: {source}").format(source=protocol.source),
        "",
        _("Visits"),
    ]
    for visit in protocol.visits:
        found += _visit(protocol, visit)
    found += [f"  {_('Unscheduled visit')}", _asks_for(protocol, protocol.unscheduled)]
    screening = protocol.screening
    if screening is not None and protocol.criteria:
        text = _("Criteria, evaluated on the day of the visit “{visit}”")
        found += ["", text.format(visit=screening.title)]
        found += [f"  {_criterion(one)}" for one in protocol.criteria]
    if protocol.tasks:
        found += ["", _("Tasks: done elsewhere, and ticked off here")]
        found += [f"  {task.title} [{task.id}]" for task in protocol.tasks]
    return found


def differences(before: Protocol, after: Protocol) -> list[str]:
    """What a new version of a schedule changes, a line each; empty where it says the same."""
    found = [f"{title}: {line}" for title, line in _of_visits(before, after)]
    found += _new(before, after)
    return found + [f"{title}: {line}" for title, line in _unscheduled(before, after)]


def move_lines(record: PatientRecord, before: Protocol, after: Protocol) -> list[str]:
    """What a patient's move to another version changes for the visits to come, and what stays as it is.

    Visits of which the same is said are in one line.
    """
    begun = {visit.code for visit in record.visits}
    if after.anchor is Anchor.LAST_VISIT:
        begun = set()  # its one visit comes again
    old, new = (
        replace(one, visits=tuple(visit for visit in one.visits if visit.code not in begun))
        for one in (before, after)
    )
    titles = defaultdict(list)
    for title, line in [*_of_visits(old, new), *_unscheduled(old, new)]:
        titles[line].append(title)
    found = [f"{', '.join(of)}: {line}" for line, of in titles.items()] + _new(old, new)
    if not found:
        found = [_("Nothing changes for the visits to come.")]
    if record.visits:
        text = plural(
            len(record.visits),
            "1 visit that was begun stays as it is, in the version it was begun in.",
            "{n} visits that were begun stay as they are, each in the version it was begun in.",
        )
        found += ["", text, _("Signatures stay valid.")]
    return found


def _of_visits(before: Protocol, after: Protocol) -> Iterator[tuple[str, str]]:
    """What changes in the visits that there were: the title of each, and what."""
    for visit in before.visits:
        now = after.visit(visit.code)
        if now is None:
            yield visit.title, _("no longer part of the schedule")
        else:
            for line in _changes(before, after, visit, now):
                yield visit.title, line


def _unscheduled(before: Protocol, after: Protocol) -> Iterator[tuple[str, str]]:
    for line in _asked(before, after, before.unscheduled, after.unscheduled):
        yield _("Unscheduled visit"), line


def _new(before: Protocol, after: Protocol) -> list[str]:
    found = []
    for visit in after.visits:
        if before.visit(visit.code) is None:
            text = _("New: {visit}, {when}; {window}")
            when, window = _when(after, visit), _window(visit)
            found += [
                text.format(visit=visit.title, when=when, window=window),
                _asks_for(after, visit.assessments),
            ]
    return found


def _changes(old: Protocol, new: Protocol, before: PlannedKind, after: PlannedKind) -> list[str]:
    found = []
    for name in (lambda one: one.title, lambda one: _when(new, one), _window):
        was, now = name(before), name(after)
        if was != now:
            found.append(_("{before} → {after}").format(before=was, after=now))
    return found + _asked(old, new, before.assessments, after.assessments)


def _asked(old: Protocol, new: Protocol, before: Sequence[str], after: Sequence[str]) -> list[str]:
    ticks = {assessment(old, name) for name in before if old.task(name)}
    tasks = {name for name in before if old.task(name)}
    entered = [
        assessment(new, name)
        for name in after
        if not new.task(name) and (name in tasks or assessment(new, name) in ticks)
    ]
    added = [assessment(new, name) for name in after if name not in before]
    gone = [assessment(old, name) for name in before if name not in after]
    found = []
    if entered:
        text = _("what was ticked off is entered: {titles}")
        found.append(text.format(titles=", ".join(entered)))
    added, gone = ([one for one in names if one not in entered] for names in (added, gone))
    if added:
        found.append(_("also asks for {titles}").format(titles=", ".join(added)))
    if gone:
        found.append(_("no longer asks for {titles}").format(titles=", ".join(gone)))
    if not added and not gone and tuple(before) != tuple(after):
        found.append(_("asks for the same in another order"))
    return found


def _visit(protocol: Protocol, visit: PlannedKind) -> list[str]:
    found = [f"  {visit.title} [{visit.code}]: {_when(protocol, visit)}; {_window(visit)}"]
    if visit.first_title:
        text = _("    the first one is called “{title}”")
        found.append(text.format(title=visit.first_title))
    return [*found, _asks_for(protocol, visit.assessments)]


def _when(protocol: Protocol, visit: PlannedKind) -> str:
    far = abs(visit.offset.value)
    if visit.offset.unit is Unit.DAYS:
        length = plural(far, "1 day", "{n} days")
    else:
        length = plural(far, "1 month", "{n} months")
    if protocol.anchor is Anchor.LAST_VISIT:
        return _("{length} after the last one").format(length=length)
    if not far:
        return _("on the day of “{event}”").format(event=protocol.reference)
    text = (
        _("{length} before “{event}”") if visit.offset.value < 0 else _("{length} after “{event}”")
    )
    return text.format(length=length, event=protocol.reference)


def _window(visit: PlannedKind) -> str:
    if not visit.before and not visit.after:
        return _("that day only")
    before = plural(visit.before, "1 day before", "{n} days before")
    after = plural(visit.after, "1 day after", "{n} days after")
    return _("window from {before} to {after}").format(before=before, after=after)


def _asks_for(protocol: Protocol, names: Sequence[str]) -> str:
    titles = ", ".join(assessment(protocol, name) for name in names)
    return _("    asks for: {titles}").format(titles=titles or _("nothing but the visit's details"))


def assessment(protocol: Protocol, name: str) -> str:
    """The title of what a visit asks for."""
    task, form = protocol.task(name), forms.newest().get(name)
    if task is not None:
        return task.title
    return form_title(name) if form is None else form.title


def _criterion(criterion: Criterion) -> str:
    kind = _("inclusion") if criterion.kind is CriterionKind.INCLUSION else _("exclusion")
    how = _("asked") if criterion.asked else _("computed")
    text = _("{requirement} [{id}; {kind}, {how}; source: {source}]")
    return text.format(
        requirement=eligibility.requirement(criterion),
        id=criterion.id,
        kind=kind,
        how=how,
        source=criterion.source,
    )
