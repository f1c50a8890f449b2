"""What can be chosen of a document that is several: loaded without what draws it."""

from collections.abc import Mapping

from core.forms import catalog
from core.instruments import catalog as instruments
from core.model.document import OfDefinition, OfForm, OfNothing
from core.protocols import catalog as protocols
from core.words import _

ALL, VISIT, QUESTIONNAIRE = "all", "visit", "questionnaire"


def blank_forms(source: OfNothing) -> Mapping[str, str]:
    """Every form of a schedule, those of one of its visits, or one questionnaire: by "kind/schedule/which".

    The schedule is that of the choice, where there is one, else the clinic's.
    """
    asked = source.choice.split("/")[1] if source.choice else source.clinic.protocol
    shown = protocols.shipped()[asked]
    found = {f"{ALL}/{shown.id}/": _("All visits and questionnaires")}
    for visit in shown.visits:
        title = _("Visit: {title}").format(title=visit.title)
        found[blank_form(shown.id, visit.code)] = title
    found[blank_form(shown.id, "")] = _("Unscheduled visit")
    for instrument in instruments.shipped().values():
        found[f"{QUESTIONNAIRE}/{shown.id}/{instrument.id}"] = instruments.title(instrument)
    return found


def forms(_source: OfDefinition | OfForm) -> Mapping[str, str]:
    """The forms that are data, by id."""
    return {name: form.plural for name, form in catalog.newest().items()}


def blank_form(protocol: str, code: str) -> str:
    """The choice of the forms of one visit of a schedule; ``code`` is empty for an unscheduled one."""
    return f"{VISIT}/{protocol}/{code}"
