"""The first step of a visit: when, how, with whom, and the weight."""

from collections.abc import Mapping
from datetime import date

from PySide6.QtWidgets import QWidget

from core.entering.visit.draft import Draft
from core.entering.visit.steps import DETAILS
from core.entering.visit.unsaved import PAPER
from core.entering.visit_entry import read_visit_date, read_weight
from core.entry import Problem
from core.labels import MODE, RESPONDENT
from ui.context import AppContext
from ui.forms.paper_field import PaperField
from ui.forms.step_form import StepForm
from ui.widgets.basics import label
from ui.widgets.fields import ChoiceField, Line, TextField
from ui.words import tr


class DetailsForm(StepForm):
    """Saves each field as it is left; text that is not a value stays as it was typed."""

    topic = "visit#visit-details"
    step = DETAILS

    def __init__(self, context: AppContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.date = TextField(
            tr("Date of the visit"), self._read_date, placeholder="2026-11-21", width=160
        )
        self.mode = ChoiceField(tr("How did it take place?"), MODE)
        self.respondent = ChoiceField(tr("Who answers the questions?"), RESPONDENT)
        self.weight = TextField(
            tr("Weight (optional)"),
            read_weight,
            unit="kg",
            width=120,
        )
        self.paper = PaperField()
        self.body.addWidget(label(tr("Visit details"), "question"))
        fields: list[QWidget] = [
            *(self.mode, self.respondent, self.weight, self.date, self.paper),
        ]
        for field in fields:
            self.body.addWidget(field)
        self.body.addStretch(1)
        self.mode.chosen.connect(self.commit)
        self.respondent.chosen.connect(self.commit)
        self.mode.entered.connect(self.respondent.setFocus)
        self.respondent.entered.connect(self.weight.setFocus)
        self.weight.committed.connect(self.commit)
        self.date.committed.connect(self.commit)
        self.paper.committed.connect(self.commit)
        self.watch(*self.lines().values())

    def show_draft(self) -> None:
        visit, raw = self.draft.visit, self.draft.unsaved.texts
        self.date.set_text(raw.get("details.date", visit.date.isoformat()))
        self.mode.set_value(visit.mode)
        self.respondent.set_value(visit.respondent)
        weight = "" if visit.weight_kg is None else f"{visit.weight_kg:g}"
        self.weight.set_text(raw.get("details.weight", weight))
        paper_on = "" if visit.paper_on is None else visit.paper_on.isoformat()
        self.paper.show_paper(
            ticked=visit.paper_on is not None or PAPER in raw or "details.paper_on" in raw,
            on=raw.get("details.paper_on", paper_on),
            by=raw.get("details.paper_by", visit.paper_by),
        )
        self.show_typed()
        for field in (self.date, self.weight):
            field.read()

    def lines(self) -> Mapping[str, Line]:
        return {
            "details.date": self.date.line,
            "details.weight": self.weight.line,
            "details.paper_on": self.paper.on.line,
            "details.paper_by": self.paper.by.line,
        }

    def focus_first(self) -> None:
        self.mode.setFocus()

    def focus_field(self, field: str) -> None:
        fields: dict[str, QWidget] = {
            "date": self.date,
            "details.date": self.date,
            "respondent": self.respondent,
            "details.weight": self.weight,
            "details.paper_on": self.paper.on if self.paper.ticked.isChecked() else self.paper,
            "details.paper_by": self.paper.by,
        }
        fields.get(field, self.mode).setFocus()

    def commit(self) -> None:
        visit = self.draft.visit
        on, weight = self.date.read(), self.weight.read()
        with self.context.saving():
            self.draft.save_details(
                on=visit.date if isinstance(on, Problem) else on,
                mode=self.mode.value,
                respondent=self.respondent.value,
                weight_kg=visit.weight_kg if isinstance(weight, Problem) else weight,
            )
            self.draft.unsaved.save(
                "details.date", self.date.text if isinstance(on, Problem) else ""
            )
            wrong_weight = self.weight.text if isinstance(weight, Problem) else ""
            self.draft.unsaved.save("details.weight", wrong_weight)
            self._save_paper()
            self.touched.emit()

    def _read_date(self, text: str) -> date | Problem:
        return read_visit_date(self.draft.record, text, self.draft.visit.id)

    def _save_paper(self) -> None:
        """A day that is not one yet, and who filled in a paper without a day, are kept as they were typed."""
        paper_on, paper_by = self.paper.read(), self.paper.by.text.strip()
        known = paper_on is not None and not isinstance(paper_on, Problem)
        ticked = self.paper.ticked.isChecked()
        self.draft.save_paper(
            paper_on=None if isinstance(paper_on, Problem) else paper_on,
            paper_by=paper_by if known else "",
        )
        wrong = self.paper.on.text if isinstance(paper_on, Problem) else ""
        self.draft.unsaved.save("details.paper_on", wrong)
        self.draft.unsaved.save("details.paper_by", paper_by if ticked and not known else "")
        self.draft.unsaved.save(PAPER, "paper" if self.paper.lacks_day else "")
