"""The list of the sections of the settings, and the settings of this workstation, of lung function and of days."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QListWidget, QListWidgetItem, QWidget

from core import VERSION, clock
from core.acts import notation
from core.entering import recomputing
from core.model.paper import PaperSize
from core.model.user import Clinic
from core.science import lung_function
from core.words import N_, DayStyle, GasUnit, day, plural
from ui import theme
from ui.context import AppContext
from ui.pages.settings.setting import Section, Setting
from ui.settings import TEXT_SIZES, Appearance
from ui.widgets import ask
from ui.widgets.basics import Combo, button, card, column, label, row
from ui.widgets.fields import ChoiceField
from ui.words import tr

SHIPPED = Clinic(name="")
ABOUT = N_(
    "Repeatability: ATS/ERS 2019, Graham BL et al.,"
    " doi:10.1164/rccm.201908-1590ST. ALSFRS-R: Cedarbaum JM et al., J Neurol Sci 1999;169:13-21."
    " Event terms and grades: CTCAE v5.0, US National Cancer Institute."
)


class SectionList(QListWidget):
    """Arrows choose a section; letters and "/" are the page's."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Sections of the settings"))
        self.setWordWrap(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("role", "sections")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isprintable() and event.text():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def show_sections(self, sections: Iterable[Section], current: str) -> None:
        """One line for each, with how many of its settings differ from what was shipped."""
        wanted = [(one.id, titled(one)) for one in sections]
        self.blockSignals(True)
        if [self.item(at).data(Qt.ItemDataRole.UserRole) for at in range(self.count())] != [
            id_ for id_, _text in wanted
        ]:
            self.clear()
            for id_, text in wanted:
                item = QListWidgetItem(text, self)
                item.setData(Qt.ItemDataRole.UserRole, id_)
        for at, (id_, text) in enumerate(wanted):
            self.item(at).setText(text)
            if id_ == current:
                self.setCurrentRow(at)
        self.blockSignals(False)


def titled(section: Section) -> str:
    """The name of a section, with how many of its settings are not as shipped."""
    count = section.differing
    if not count:
        return section.title
    differ = plural(count, "1 differs", "{n} differ")
    return tr("{section} · {differ}").format(section=section.title, differ=differ)


class NotationSettings:
    """How days and pressures of gases are shown in the whole clinic; in force when chosen."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        example = clock.today()
        self.days = ChoiceField("", {one: day(example, one) for one in DayStyle})
        self.gases = ChoiceField("", {one: one.value for one in GasUnit})
        self.days.setAccessibleName(tr("How days are shown"))
        self.gases.setAccessibleName(tr("Pressures of gases"))
        self.days.chosen.connect(lambda: self._choose_days(self.days.value or SHIPPED.day_style))
        self.gases.chosen.connect(lambda: self._choose_gases(self.gases.value or SHIPPED.gas_unit))
        self._of_days = Setting(
            "day_style",
            tr("How days are shown"),
            self.days,
            explained=tr(
                "On the screen and on paper, for the whole clinic. Days are typed as before, in any"
                " form that can be read in one way only; tables for other programs keep 2026-11-29."
            ),
            back=lambda: self._choose_days(SHIPPED.day_style),
            below=True,
            of_clinic=True,
        )
        self._of_gases = Setting(
            "gas_unit",
            tr("Pressures of gases"),
            self.gases,
            explained=tr(
                "In what PaCO2 and its limit are shown and typed. What is stored and signed stays in mmHg,"
                " and so do tables for other programs. 1 mmHg is 0.1333224 kPa (NIST SP 811)."
            ),
            back=lambda: self._choose_gases(SHIPPED.gas_unit),
            of_clinic=True,
        )
        self.settings = (self._of_days, self._of_gases)

    def refresh(self, clinic: Clinic) -> None:
        self.days.set_value(clinic.day_style)
        self.gases.set_value(clinic.gas_unit)
        shipped = day(clock.today(), SHIPPED.day_style)
        self._of_days.show_mark(shipped, differs=clinic.day_style is not SHIPPED.day_style)
        differs = clinic.gas_unit is not SHIPPED.gas_unit
        self._of_gases.show_mark(SHIPPED.gas_unit.value, differs=differs)

    def _choose_days(self, style: DayStyle) -> None:
        with self._context.saving():
            notation.choose_days(self._context.session, style)

    def _choose_gases(self, unit: GasUnit) -> None:
        with self._context.saving():
            notation.choose_gases(self._context.session, unit)


class EquationChoice(QWidget):
    """The reference equation of the whole clinic; another one is chosen with a reason."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.equation = Combo()
        self.equation.setAccessibleName(tr("Reference equation of % predicted"))
        for one in lung_function.equations().values():
            self.equation.addItem(one.title, one.id)
        self.equation.currentIndexChanged.connect(lambda _index: self._describe())
        self.change = button(tr("Change equation…"), self._ask)
        self._notes = label("", "muted", wrap=True)
        self._changed = label("", "muted", wrap=True)
        self.setLayout(
            column(row(self.equation, self.change, None), self._notes, self._changed, spacing=8)
        )
        self.setting = Setting(
            "equation",
            tr("Reference equation of % predicted"),
            self,
            explained=tr(
                "One equation serves the whole clinic. Changing it computes every session again,"
                " and the trail keeps the old values and your reason."
            ),
            back=self.go_back,
            below=True,
            of_clinic=True,
        )

    def refresh(self, clinic: Clinic) -> None:
        self.equation.setCurrentIndex(max(0, self.equation.findData(clinic.equation)))
        self._describe()
        self.setting.show_mark(
            lung_function.equation(SHIPPED.equation).title,
            differs=clinic.equation != SHIPPED.equation,
        )

    def go_back(self) -> None:
        """To the equation that was shipped, with a reason as any other change."""
        self.equation.setCurrentIndex(self.equation.findData(SHIPPED.equation))
        self._ask()

    def _describe(self) -> None:
        equation = lung_function.equation(self.equation.currentData())
        in_use = equation.id == self._context.session.clinic.equation
        parts = [tr("In use.") if in_use else tr("Not in use."), f"{equation.citation}."]
        parts.append(
            tr("Valid from {low:g} to {high:g} years.").format(
                low=equation.youngest_years, high=equation.oldest_years
            )
        )
        if equation.groups:
            parts.append(tr("It needs the patient's group: enter it with the patient."))
        self._notes.setText(" ".join([*parts, *equation.notes]))
        self.change.setEnabled(not in_use)

    def _ask(self) -> None:
        equation = lung_function.equation(self.equation.currentData())
        question = tr(
            "Every % predicted and z-score of the clinic is computed again by {equation}."
            " Why is it changed?"
        ).format(equation=equation.title)
        why = ask.reason(self, tr("Change equation"), question)
        if why is None:
            return
        with self._context.saving():
            sessions = recomputing.change_equation(self._context.session, equation.id, why)
            text = plural(sessions, "1 session computed again.", "{n} sessions computed again.")
            self._changed.setText(text)
        self._describe()


class WorkstationSettings:
    """What this workstation remembers for itself; in force when chosen."""

    def __init__(self, context: AppContext, changed: Callable[[], object]) -> None:
        self._context, self._changed = context, changed
        self._appearances = {
            Appearance.SYSTEM: tr("as the system"),
            Appearance.LIGHT: tr("light"),
            Appearance.DARK: tr("dark"),
        }
        self._papers = {PaperSize.A4: "A4", PaperSize.LETTER: tr("US Letter")}
        self.appearance = ChoiceField("", self._appearances)
        self.text_size = ChoiceField("", {percent: f"{percent} %" for percent in TEXT_SIZES})
        self.paper = ChoiceField("", self._papers)
        self.appearance.chosen.connect(
            lambda: self._choose_appearance(self.appearance.value or Appearance.SYSTEM)
        )
        self.text_size.chosen.connect(lambda: self._choose_size(self.text_size.value or 100))
        self.paper.chosen.connect(lambda: self._choose_paper(self.paper.value or PaperSize.A4))
        self._of_appearance = Setting(
            "appearance",
            tr("Appearance of this workstation"),
            self.appearance,
            explained=tr("Light or dark, on this computer only."),
            back=lambda: self._choose_appearance(Appearance.SYSTEM),
        )
        self._of_size = Setting(
            "text_size",
            tr("Size of text on this workstation (Ctrl + and Ctrl −)"),
            self.text_size,
            explained=tr("Everything in the window grows with it, on this computer only."),
            back=lambda: self._choose_size(100),
            below=True,
        )
        self._of_paper = Setting(
            "paper",
            tr("Paper of this workstation's printer"),
            self.paper,
            explained=tr("For every document that is printed or saved as PDF here."),
            back=lambda: self._choose_paper(PaperSize.A4),
        )
        self.settings = (self._of_appearance, self._of_size, self._of_paper)
        self.appearance.setAccessibleName(self._of_appearance.title)
        self.text_size.setAccessibleName(self._of_size.title)
        self.paper.setAccessibleName(self._of_paper.title)

    def refresh(self) -> None:
        settings = self._context.settings
        self.appearance.set_value(settings.appearance)
        self.text_size.set_value(settings.text_size)
        self.paper.set_value(settings.paper)
        self._of_appearance.show_mark(
            self._appearances[Appearance.SYSTEM],
            differs=settings.appearance is not Appearance.SYSTEM,
        )
        self._of_size.show_mark("100 %", differs=settings.text_size != 100)
        self._of_paper.show_mark(
            self._papers[PaperSize.A4], differs=settings.paper is not PaperSize.A4
        )

    def _choose_appearance(self, appearance: Appearance) -> None:
        self._context.settings.appearance = appearance
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.choose(app, appearance)
        self._tell()

    def _choose_size(self, percent: int) -> None:
        self._context.text_size_chosen.emit(percent)
        self._tell()

    def _choose_paper(self, paper: PaperSize) -> None:
        self._context.settings.paper = paper
        self._tell()

    def _tell(self) -> None:
        self.refresh()
        self._changed()


def about() -> QFrame:
    return card(
        label(tr("ALS Follow-up {version}").format(version=VERSION)),
        label(tr(ABOUT), "muted", wrap=True),
        *(
            label(f"{equation.title}: {equation.citation}.", "muted", wrap=True)
            for equation in lung_function.equations().values()
        ),
    )
