"""King's and MiToS stages along time."""

from datetime import date

from core.instruments import catalog as instruments
from core.model.record import PatientRecord
from core.science.staging import Kings
from core.views import course
from core.views.course import Stages
from core.views.stack.rows import Band, Stretch
from core.words import _, day

_KINGS_LEVELS = {
    Kings.ONE: 1,
    Kings.TWO: 2,
    Kings.THREE: 3,
    Kings.FOUR_A: 4,
    Kings.FOUR_B: 4,
    Kings.FIVE: 5,
}


def bands(record: PatientRecord) -> tuple[Band, ...]:
    """What every ALSFRS-R with an answer says, from its day to that of the next one."""
    found = [course.stages(record, f) for f in record.answered(instruments.ALSFRS_R) if f.values]
    kings = [(one.on, *_kings(one)) for one in found]
    mitos = [(one.on, *_mitos(one)) for one in found]
    if (died := record.died_on) is not None and found:
        for told in (kings, mitos):
            told.append((max(died.assumed, told[-1][0]), "5", 5))
    return (
        _band("kings", _("King's"), kings),
        _band("mitos", _("MiToS"), mitos),
    )


def _kings(one: Stages) -> tuple[str, int | None]:
    stage = one.kings.stage
    if stage is None:
        return "?", None
    return course.kings_short(one.kings), _KINGS_LEVELS.get(stage, 0)


def _mitos(one: Stages) -> tuple[str, int | None]:
    stage = one.mitos.stage
    return ("?", None) if stage is None else (str(stage), stage)


def _band(id: str, title: str, told: list[tuple[date, str, int | None]]) -> Band:
    """Equal stages after one another are one stretch; where a stage cannot be said the band has a gap."""
    stretches: list[Stretch] = []
    known = [one for one in told if one[2] is not None]
    for i, (on, text, level) in enumerate(told):
        ends = told[i + 1][0] if i + 1 < len(told) else on
        if level is None:
            continue
        last = stretches[-1] if stretches else None
        if last is not None and last.text == text and last.last == on:
            stretches[-1] = Stretch(last.first, ends, text, level)
        else:
            stretches.append(Stretch(on, ends, text, level))
    if not known:
        return Band(id, title, "", "", ())
    since = _("since {day}").format(day=day(stretches[-1].first))
    return Band(id, title, known[-1][1], since, tuple(stretches))
