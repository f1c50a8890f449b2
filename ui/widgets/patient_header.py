"""Who this is, at the top of every page about one patient."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from core import clock
from core.labels import ONSET, SEX
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.protocols import catalog as protocols
from core.summary import age
from core.words import day, number
from ui.widgets.basics import chip, label
from ui.widgets.responsive import Flow
from ui.words import tr


class PatientHeader(QFrame):
    """Number, name, sex, age, height, and chips; actions stand at the right."""

    def __init__(self, *actions: QWidget) -> None:
        super().__init__()
        self._number = label("", "title")
        self._facts = label("")
        self._who = Flow(self._number, self._facts, spacing=8)
        self._chips: list[QLabel] = []
        acts = Flow(*actions, spacing=8, right=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(self._who, 3)
        layout.addLayout(acts, 2)

    def show_record(self, record: PatientRecord) -> None:
        patient = record.patient
        self._number.setText(patient.record_number)
        facts = [
            patient.name,
            SEX[patient.sex],
            age(patient, record.participation_ended or clock.today()),
        ]
        if patient.height_cm is not None:
            facts.append(number(patient.height_cm, 0, "cm"))
        text = " · ".join(fact for fact in facts if fact)
        self._facts.setText(text)
        for one in self._chips:
            self._who.removeWidget(one)
            one.hide()
            one.deleteLater()
        self._chips = [chip(ONSET[patient.onset_region], "accent")]
        if patient.reference_on is not None:
            event = protocols.of(patient).reference
            planned = patient.reference_on > clock.today()
            text = tr("{event} planned {day}") if planned else tr("{event} {day}")
            text = text.format(event=event, day=day(patient.reference_on))
            self._chips.append(chip(text, "good"))
        if record.died_on is not None:
            text = tr("Died {day}").format(day=partial_day(record.died_on))
            self._chips.append(chip(text, "neutral"))
        for one in self._chips:
            self._who.addWidget(one)
