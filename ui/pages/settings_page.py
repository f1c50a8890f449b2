"""Settings of the clinic, kept in the clinic file, and of this workstation."""

from dataclasses import replace

from PySide6.QtWidgets import QApplication, QPlainTextEdit, QVBoxLayout, QWidget

from core import VERSION
from core.entry import Problem
from core.protocols import catalog as protocols
from core.science.lung_function import EQUATION_TITLE
from ui import theme
from ui.context import AppContext
from ui.forms.fields import ChoiceField, TextField
from ui.pages.page import Page
from ui.settings import Appearance
from ui.widgets.basics import Combo, button, card, column, label, row, scrolled
from ui.words import tr

ABOUT = tr(
    "Vital capacity: GLI Global 2022, Bowerman C et al., Am J Respir Crit Care Med 2023,"
    " doi:10.1164/rccm.202205-0963OC. Repeatability: ATS/ERS 2019, Graham BL et al.,"
    " doi:10.1164/rccm.201908-1590ST. ALSFRS-R: Cedarbaum JM et al., J Neurol Sci 1999;169:13-21."
    " Event terms and grades: CTCAE v5.0, US National Cancer Institute."
)


class SettingsPage(Page):
    """What is changed here is saved with its button; the appearance at once."""

    shows = frozenset({"clinic"})

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.name = TextField(tr("Name of the clinic"))
        self.letterhead = QPlainTextEdit()
        self.letterhead.setAccessibleName(tr("Letterhead"))
        self.letterhead.setTabChangesFocus(True)
        self.letterhead.setFixedHeight(90)
        self.protocol = Combo()
        self.protocol.setAccessibleName(tr("Schedule of new patients"))
        for protocol in protocols.shipped().values():
            self.protocol.addItem(protocol.title, protocol.id)
        self.save = button(tr("Save settings"), self._save, primary=True)
        self._state = label("", "muted")
        self.appearance = ChoiceField(
            tr("Appearance of this workstation"),
            {
                Appearance.SYSTEM: tr("as the system"),
                Appearance.LIGHT: tr("light"),
                Appearance.DARK: tr("dark"),
            },
        )
        self.appearance.chosen.connect(self._on_appearance)
        clinic = card(
            label(tr("Clinic"), "heading"),
            self.name,
            label(tr("Letterhead of printed pages (address, telephone)"), "muted"),
            self.letterhead,
            label(tr("Visit schedule of new patients"), "muted"),
            self.protocol,
            label(tr("Reference equation: {name}").format(name=EQUATION_TITLE), "muted"),
            row(self._state, None, self.save),
        )
        about = card(
            label(tr("About"), "heading"),
            label(tr("ALS Follow-up {version}").format(version=VERSION)),
            label(ABOUT, "muted", wrap=True),
        )
        inner = QWidget()
        inner.setMaximumWidth(760)
        inner.setLayout(column(clinic, card(self.appearance), about, None, spacing=14))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(14)
        layout.addWidget(label(tr("Settings"), "title"))
        layout.addWidget(scrolled(inner), 1)

    def refresh(self) -> None:
        clinic = self.context.session.clinic
        self.name.set_text(clinic.name)
        self.letterhead.setPlainText(clinic.letterhead)
        self.protocol.setCurrentIndex(max(0, self.protocol.findData(clinic.protocol)))
        self.appearance.set_value(self.context.settings.appearance)

    def focus_first(self) -> None:
        self.name.setFocus()

    def _save(self) -> None:
        name = self.name.text.strip()
        if not name:
            self.name.show_problem(
                Problem(tr("Enter the clinic's name: it stands on every printed page."))
            )
            return
        clinic = replace(
            self.context.session.clinic,
            name=name,
            letterhead=self.letterhead.toPlainText().strip(),
            protocol=self.protocol.currentData(),
        )
        with self.context.saving():
            with self.context.session.write("settings changed"):
                self.context.session.clinics.save(clinic)
            self._state.setText(tr("saved"))

    def _on_appearance(self) -> None:
        appearance = self.appearance.value or Appearance.SYSTEM
        self.context.settings.appearance = appearance
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.choose(app, appearance)
