"""Figure 1: who came, who was treated, and how it ended."""

from core.cohort import missing
from core.cohort.plots import flow_plot
from core.reports.trial.content import Figure, Made, sheet
from core.reports.trial.study import Study
from core.words import _, plural


def make(study: Study) -> Made:
    found = missing.flow(study.everybody)
    last = next((title for title, n in reversed(list(found.seen.items())) if n), "")
    text = _("{screened} screened, {enrolled} enrolled, {treated} treated")
    n = text.format(screened=found.assessed, enrolled=found.enrolled, treated=found.treated)
    seen = _("{n} seen at {visit}").format(n=found.seen[last], visit=last) if last else ""
    warning = ""
    if study.unknown:
        warning = plural(
            study.unknown,
            "1 patient is on a version of the schedule that this installation lacks, and is not counted.",
            "{n} patients are on versions of the schedule that this installation lacks, and are not counted.",
        )
    figure = Figure(
        number=1,
        name="flow",
        title=_("Flow of patients"),
        n=n,
        drawing=flow_plot.draw(found, sheet(flow_plot.height(found))),
        sentences=(warning,) if warning else (),
    )
    return Made(n=", ".join(filter(None, (n, seen))), parts=(figure,), warning=warning)
