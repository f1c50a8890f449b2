"""The queries about a patient and their visits."""

from core.acts import data_queries
from core.entering import typed_texts
from core.model.ids import PatientId
from ui.context import AppContext
from ui.pages.chart.tab import ChartRecord, Tab, TabKind, stacked
from ui.pages.page import Unsaved
from ui.widgets.basics import card, column
from ui.widgets.queries import PatientQueries
from ui.words import tr


class QueriesTab(Tab):
    topic = "chart#queries"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.view = PatientQueries(context)
        self.view.edited.connect(self.edited)
        self.setLayout(column(stacked(card(self.view))))

    def draw(self, now: ChartRecord) -> None:
        self.view.show_record(now.record)

    def unsaved(self, patient_id: PatientId) -> tuple[Unsaved, ...]:
        texts = self.view.texts(patient_id)
        return (Unsaved(place=typed_texts.QUERY, subject=patient_id, texts=texts),)


def _title(now: ChartRecord) -> str:
    open_ones = len(data_queries.unsettled(now.record.queries))
    return tr("Queries ({n})").format(n=open_ones) if open_ones else tr("Queries")


QUERIES = TabKind(id="queries", title=_title, make=QueriesTab)
