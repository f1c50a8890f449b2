"""The clinic's laboratories, and what each of them calls normal: entered here, from Settings or from a sample."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QWidget

from core import clock
from core.entering import laboratory_ranges as entering
from core.entry import Problem
from core.labels import SEX
from core.laboratory import catalog
from core.model.laboratory import Laboratory, ReferenceRange
from core.model.patient import Sex
from core.model.user import Right
from core.words import MISSING, N_, day
from ui import theme
from ui.context import AppContext
from ui.models.table import Column, TableModel
from ui.widgets.basics import Combo, button, column, label, row, scrolled
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.responsive import Cells, Flow
from ui.widgets.table import ButtonDelegate, Table
from ui.words import tr

NEW = ""  # of the list of laboratories


def _who(one: ReferenceRange) -> str:
    """For whom a range is."""
    sex = tr("everybody") if one.sex is None else SEX[one.sex]
    if one.from_age is None and one.below_age is None:
        return sex
    if one.below_age is None:
        return tr("{sex}, from {age} years").format(sex=sex, age=one.from_age)
    if one.from_age is None:
        return tr("{sex}, below {age} years").format(sex=sex, age=one.below_age)
    return tr("{sex}, {first} to below {last} years").format(
        sex=sex, first=one.from_age, last=one.below_age
    )


def _limits(one: ReferenceRange) -> str:
    low = "" if one.low is None else f"{one.low:g}"
    high = "" if one.high is None else f"{one.high:g}"
    if low and high:
        return f"{low} – {high}"
    return f"≤ {high}" if high else f"≥ {low}" if low else MISSING


def _test(one: ReferenceRange) -> str:
    found = catalog.tests().get(one.test)
    return one.test if found is None else found.title


COLUMNS: tuple[Column[ReferenceRange], ...] = (
    Column(N_("Test"), _test),
    Column(N_("Reference"), _limits),
    Column(N_("Unit"), lambda one: one.unit),
    Column(N_("For"), _who),
    Column(N_("Valid from"), lambda one: day(one.valid_from)),
    Column("", lambda _one: tr("Remove")),
)


class LaboratoriesDialog(QDialog):
    """A laboratory is chosen or named, a range is entered as it stands in its report; everything is saved at once."""

    def __init__(self, parent: QWidget, context: AppContext) -> None:
        super().__init__(parent)
        self._context = context
        self._enters = context.session.may(Right.ENTER)
        self.setWindowTitle(tr("Laboratories and reference ranges"))
        self.laboratory = Combo()
        self.laboratory.setAccessibleName(tr("Laboratory"))
        self.laboratory.activated.connect(lambda _index: self._show())
        self.name = TextField(tr("New laboratory: its name"))
        self.add_laboratory = button(tr("Add the laboratory"), self._add_laboratory)
        self.name.line.returnPressed.connect(self._add_laboratory)
        self.model = TableModel(COLUMNS)
        self.table = Table(self.model, row_height=34)
        self.table.setAccessibleName(tr("Reference ranges"))
        self.table.setItemDelegateForColumn(5, ButtonDelegate(self.table, self._remove))
        self.table.fix_widths({5: 96})
        self.table.setColumnHidden(5, not self._enters)
        self.table.setMinimumHeight(theme.px(130))
        self._build_range()
        how = tr(
            "Enter a range as the laboratory’s report prints it. It counts for what is entered from now on; a value that"
            " is there keeps the range that was stored with it. Everything is written into the audit trail."
        )
        inner = QWidget()
        inner.setLayout(
            column(
                self.laboratory,
                self._naming(),
                label(how, "muted", wrap=True),
                self.table,
                self.entry,
                None,
                spacing=10,
            )
        )
        layout = column(scrolled(inner), row(None, button(tr("Close"), self.accept)), spacing=10)
        layout.setContentsMargins(18, 14, 18, 14)
        self.setLayout(layout)
        room = parent.window().size()
        self.resize(QSize(theme.px(820), theme.px(620)).boundedTo(room - QSize(40, 40)))
        self._show_laboratories(None)
        (self.name if self.laboratory.count() == 1 else self.laboratory).setFocus()

    def _naming(self) -> QWidget:
        self.naming = QWidget()
        self.naming.setLayout(column(self.name, row(self.add_laboratory, None), spacing=6))
        return self.naming

    def _build_range(self) -> None:
        self.test = Combo()
        self.test.setAccessibleName(tr("Test"))
        for one in catalog.tests().values():
            if one.is_number:
                self.test.addItem(one.title, one.id)
        self.unit = Combo()
        self.unit.setAccessibleName(tr("Unit"))
        self.test.activated.connect(lambda _index: self._show_units())
        self.sex = ChoiceField(
            "",
            {"": tr("everybody"), "female": SEX[Sex.FEMALE], "male": SEX[Sex.MALE]},
        )
        self.sex.set_value("")
        self.fields = {
            "low": TextField(tr("From (lower limit)"), width=90),
            "high": TextField(tr("To (upper limit)"), width=90),
            "from_age": TextField(tr("From age (years)"), width=70),
            "below_age": TextField(tr("Below age (years)"), width=70),
            "valid_from": TextField(tr("Valid from"), width=118),
        }
        self.fields["valid_from"].set_text(clock.today().replace(day=1).isoformat())
        self.add = button(tr("Add the range"), self._add, primary=True)
        cells = Cells(wide=5, narrow=2, top=True)
        cells.show_cells(list(self.fields.values()))
        self.entry = QWidget()
        self.entry.setLayout(
            column(
                Flow(self.test, self.unit, self.sex, spacing=10),
                cells,
                row(None, self.add),
                spacing=8,
            )
        )
        for field in self.fields.values():
            field.line.returnPressed.connect(self._add)
        self._show_units()

    def _show_units(self) -> None:
        self.unit.clear()
        for one in catalog.tests()[self.test.currentData()].units:
            self.unit.addItem(one.unit)

    @property
    def _chosen(self) -> Laboratory | None:
        known = self._context.session.laboratories.all()
        return next((one for one in known if one.id == self.laboratory.currentData()), None)

    def _show_laboratories(self, chosen: Laboratory | None) -> None:
        self.laboratory.clear()
        known = self._context.session.laboratories.all()
        for one in known:
            self.laboratory.addItem(one.name, one.id)
        if self._enters or not known:
            self.laboratory.addItem(tr("A new laboratory"), NEW)
        if chosen is not None:
            self.laboratory.setCurrentIndex(self.laboratory.findData(chosen.id))
        self._show()

    def _show(self) -> None:
        chosen = self._chosen
        ranges = self._context.session.reference_ranges.all()
        mine = [one for one in ranges if chosen is not None and one.laboratory_id == chosen.id]
        order = list(catalog.tests())
        mine.sort(key=lambda one: order.index(one.test) if one.test in order else len(order))
        self.model.show_rows(mine)
        for one, shown in (
            (self.naming, chosen is None and self._enters),
            (self.table, chosen is not None),
            (self.entry, chosen is not None and self._enters),
        ):
            one.setVisible(shown)

    def _add_laboratory(self) -> None:
        session = self._context.session
        name = entering.read_name(self.name.text, session.laboratories.all())
        self.name.show_problem(name if isinstance(name, Problem) else None)
        if isinstance(name, Problem):
            self.name.setFocus()
            return
        with self._context.saving():
            made = entering.add_laboratory(session, name)
            self.name.set_text("")
            self._show_laboratories(made)
            self.test.setFocus()

    def _add(self) -> None:
        chosen = self._chosen
        if chosen is None:
            return
        texts = {name: field.text for name, field in self.fields.items()}
        texts |= {"unit": self.unit.currentText(), "sex": self.sex.value or ""}
        test = catalog.tests()[self.test.currentData()]
        read = entering.read_range(texts, chosen.id, test)
        problems = read if isinstance(read, dict) else {}
        for name, field in self.fields.items():
            field.show_problem(problems.get(name))
        if isinstance(read, dict):
            first = next((self.fields[name] for name in self.fields if name in problems), None)
            if first is not None:
                first.setFocus()
            return
        with self._context.saving():
            entering.add_range(self._context.session, read)
            for name in ("low", "high"):
                self.fields[name].set_text("")
            self._show()
            self._next_test()

    def _next_test(self) -> None:
        """A laboratory's report is gone through from top to bottom."""
        if self.test.currentIndex() + 1 < self.test.count():
            self.test.setCurrentIndex(self.test.currentIndex() + 1)
            self._show_units()
        self.fields["low"].setFocus()

    def _remove(self, one: ReferenceRange) -> None:
        with self._context.saving():
            entering.remove_range(self._context.session, one)
            self._show()
