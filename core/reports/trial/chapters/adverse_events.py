"""Table 2: treatment-emergent adverse events by patients and by events."""

from core.cohort.events import Counted, event_table
from core.reports.trial.content import Column, Made, Table, Value, percent
from core.reports.trial.study import Study
from core.words import _, n_events, n_patients, number, plural


def make(study: Study) -> Made:
    found = event_table(study.group)
    total = found.any_
    said = any_words(total)
    notes = [
        said,
        _(
            "Terms are those of CTCAE v5.0. A patient counts once a line, an event every time; procedures and devices are no events."
        ),
    ]
    if found.not_counted:
        notes.append(
            plural(
                found.not_counted,
                "1 event began before the treatment, and did not grow worse after it: it is not counted.",
                "{n} events began before the treatment, and did not grow worse after it: they are not counted.",
            )
        )
    if not found.treated_only:
        notes.append(_("Nobody was treated: all events count."))
    table = Table(
        number=2,
        name="adverse-events",
        title=_("Treatment-emergent adverse events"),
        n=_("n {n}: {group}").format(n=total.of, group=study.group_words),
        columns=(
            Column(title=_("CTCAE 5.0 term"), width=3.2),
            Column(title=_("System organ class"), width=3.6),
            Column(title=_("Patients"), width=1.1, right=True),
            Column(title=_("Events"), width=0.8, right=True),
            Column(title=_("Worst grade"), width=1.1, right=True),
            Column(title=_("Serious"), width=0.9, right=True),
        ),
        rows=[_row(one) for one in found.lines],
        foot=[_row(total)] if found.lines else [],
        empty=_("No adverse event is recorded."),
        notes=tuple(notes),
    )
    return Made(n=_short(total), parts=(table,))


def any_words(total: Counted) -> str:
    """“Any: 9 of 17 patients (53 %), 13 events, 3 serious.”"""
    text = _("Any: {n} of {of} ({percent} %), {events}, {serious} serious.")
    return text.format(
        n=total.patients,
        of=n_patients(total.of),
        percent=number(100 * total.share, 0),
        events=n_events(total.events),
        serious=total.serious,
    )


def _short(total: Counted) -> str:
    text = _("{events} in {n} of {of}, {serious} serious")
    return text.format(
        events=n_events(total.events),
        n=total.patients,
        of=n_patients(total.of),
        serious=total.serious,
    )


def _row(one: Counted) -> tuple[Value, ...]:
    return (
        one.term or _("Any"),
        one.organ_class or (_("not coded") if one.term else ""),
        percent(one.patients, one.of),
        one.events,
        one.worst or None,
        one.serious,
    )
