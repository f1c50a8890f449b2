"""Whether two or more kinds of patients differ in their survival: log-rank and hazard ratio, with what they are of."""

from collections.abc import Sequence

import numpy as np

from core.cohort.filters import NONE, By, words
from core.cohort.frames import Cohort
from core.cohort.survival import Survival
from core.science.statistics.cox import cox
from core.science.statistics.fit import NoFit
from core.science.statistics.survival import log_rank
from core.words import _, n_events, n_patients, number, plural

_NONE_BELOW, _ROUGH_BELOW = 5, 10
"""Events for one covariate: below ten the ratio and its interval are off (Peduzzi et al. 1995, J Clin Epidemiol
48:1503-1510); below five there is no number."""
GROUPINGS = (By.ONSET, By.SEX)  # a patient has one of each


def compared(cohort: Cohort, found: Survival, by: By) -> tuple[str, ...]:
    """A sentence for each kind, the log-rank test, and of two kinds the hazard ratio. Whose kind is not known is left out."""
    followed = found.followed
    kinds = cohort.patients[by.value].loc[followed.patients.tolist()].astype("string").fillna("")
    known = (kinds != "").to_numpy(dtype=bool)
    groups = [str(one) for one in kinds[known]]
    months, events = followed.months[known], followed.events[known]
    names = sorted(set(groups), key=lambda one: (one == NONE, one))
    said = [_one(by, name, groups, events) for name in names]
    if missing := int((~known).sum()):
        said.append(
            plural(
                missing,
                "Of 1 patient it is not known: left out.",
                "Of {n} patients it is not known: left out.",
            )
        )
    test = log_rank(months, events, groups)
    if isinstance(test, NoFit):
        return (*said, _("Log-rank: no number. {reason}").format(reason=test.reason))
    said.append(
        _("Log-rank: χ² {value} on {degrees}, p = {p}.").format(
            value=number(test.chi_squared, 2),
            degrees=plural(test.degrees, "1 degree of freedom", "{n} degrees of freedom"),
            p=p_words(test.p),
        )
    )
    if test.unfollowed:
        said.append(
            _("Without {kinds}: nobody of them was followed until the first event.").format(
                kinds=", ".join(words(by, str(one)) for one in test.unfollowed)
            )
        )
    if len(names) == 2:
        said.append(_hazard(by, names, groups, months, events))
    return tuple(said)


def p_words(p: float) -> str:
    """Three decimals; what is smaller is said to be smaller."""
    return "< 0.001" if p < 0.001 else number(p, 3)


def _one(by: By, name: str, groups: Sequence[str], events: "np.typing.NDArray[np.bool_]") -> str:
    mine = np.array([one == name for one in groups])
    return _("{kind}: {events} among {patients}.").format(
        kind=words(by, name),
        events=n_events(int(events[mine].sum())),
        patients=n_patients(int(mine.sum())),
    )


def _hazard(
    by: By,
    names: Sequence[str],
    groups: Sequence[str],
    months: "np.typing.NDArray[np.float64]",
    events: "np.typing.NDArray[np.bool_]",
) -> str:
    fit = cox(months, events, [float(one == names[1]) for one in groups])
    if isinstance(fit, NoFit):
        return _("Hazard ratio: no number. {reason}").format(reason=fit.reason)
    if fit.events < _NONE_BELOW:
        return plural(
            fit.events,
            "Hazard ratio: no number. 1 event is too few for it.",
            "Hazard ratio: no number. {n} events are too few for it.",
        )
    low, high = fit.interval()
    text = _("Hazard ratio {second} to {first}: {ratio} (95 % CI {low} to {high}; Cox).").format(
        first=words(by, names[0]),
        second=words(by, names[1]),
        ratio=number(float(fit.hazard_ratios[0]), 2),
        low=number(float(low[0]), 2),
        high=number(float(high[0]), 2),
    )
    if fit.events >= _ROUGH_BELOW:
        return text
    rough = _("Rough: it rests on {n} events, fewer than 10.").format(n=fit.events)
    return f"{text} {rough}"
