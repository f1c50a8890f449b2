"""The participation of a patient: above its steps where they lead, and what contradicts itself."""

from PySide6.QtWidgets import QWidget

from core.findings import participation
from core.model.partial_date import partial_day
from ui.pages.chart.forms import FormTab
from ui.pages.chart.tab import ChartRecord
from ui.widgets.basics import card, label, show_only
from ui.words import tr


class ParticipationPart(FormTab):
    def above(self) -> tuple[QWidget, ...]:
        self.stands = label("", "heading", wrap=True)
        self.alive = label("", "muted", wrap=True)
        self.asks = label("", "question-note", wrap=True)
        return (card(self.stands, self.alive, self.asks),)

    def draw(self, now: ChartRecord) -> None:
        super().draw(now)
        found = participation.standing(now.record, now.protocol, now.today)
        said = tr("No step of participation is known.") if found is None else found.said
        if found is not None and found.reason:
            said = tr("{state}: {reason}").format(state=said, reason=found.reason)
        self.stands.setText(said)
        known = participation.last_known_alive(now.record)
        if known is None:
            self.alive.setText(tr("Nothing says when the patient was last known to be alive."))
        else:
            text = tr("Last known alive {day}, by {source}.")
            self.alive.setText(text.format(day=partial_day(known[0]), source=known[1]))
        asked = participation.contradictions(now.record, now.protocol, now.today)
        self.asks.setText("\n".join(asked))
        show_only([self.asks] if asked else [], [self.asks])
