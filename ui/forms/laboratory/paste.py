"""What a laboratory's list says, before it is taken: each line with what was understood, or why it was not."""

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QWidget

from core.entering.laboratory import Sheet
from core.laboratory.pasting import Pasted
from core.model.laboratory import LabResult
from core.views import laboratory as views
from core.words import N_, plural
from ui import theme
from ui.models.table import Column, TableModel
from ui.widgets.basics import button, column, label, row
from ui.widgets.table import Table
from ui.words import tr


class PasteDialog(QDialog):
    """``results`` are those of the lines that were understood; nothing is taken before it was agreed to."""

    def __init__(self, parent: QWidget, sheet: Sheet, lines: Sequence[Pasted]) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("The laboratory’s list"))
        self.results: list[LabResult] = []
        shown: list[Line] = []
        for number, one in enumerate(lines, start=1):
            result = _result(sheet, one)
            if result is not None:
                self.results.append(result)
            shown.append(
                Line(str(number), one, result, sheet.results.get(result.test) if result else None)
            )
        model = TableModel(COLUMNS)
        model.show_rows(shown)
        table = Table(model, row_height=44)
        table.fix_widths({1: 120, 2: 110, 3: 92})
        table.setAccessibleName(tr("Lines of the list"))
        left_out = len(lines) - len(self.results)
        taken = plural(len(self.results), "1 line is understood.", "{n} lines are understood.")
        rest = (
            plural(left_out, "1 line is left out.", "{n} lines are left out.") if left_out else ""
        )
        said = label(" ".join(filter(None, (taken, rest))), wrap=True)
        take = button(
            plural(len(self.results), "Take 1 value", "Take {n} values"), self.accept, primary=True
        )
        take.setEnabled(bool(self.results))
        cancel = button(tr("Cancel"), self.reject)
        layout = column(said, table, row(None, cancel, take), spacing=12)
        layout.setContentsMargins(18, 14, 18, 14)
        self.setLayout(layout)
        room = parent.window().size()
        self.resize(QSize(theme.px(860), theme.px(560)).boundedTo(room - QSize(40, 40)))
        (take if self.results else cancel).setFocus()


class Line:
    """A line of the list in the words of the preview."""

    def __init__(
        self, id: str, pasted: Pasted, result: LabResult | None, before: LabResult | None
    ) -> None:
        self.id, self.pasted, self.result, self.before = id, pasted, result, before

    @property
    def value(self) -> str:
        return "" if self.result is None else views.full_text(self.result)

    @property
    def said(self) -> str:
        """What becomes of the line."""
        typed = self.pasted.typed
        if typed is not None and typed.doubt is not None:
            return tr("This value is not plausible: check it, and type it by hand.")
        if self.result is None:
            return self.pasted.problem
        if self.before is not None and self.before.not_done is None:
            was = views.full_text(self.before)
            return tr("takes the place of {value}").format(value=was)
        return ""

    @property
    def reference(self) -> str:
        result, test = self.result, self.pasted.test
        if result is None or test is None:
            return ""
        return views.range_text(test, result.low, result.high, result.typed_unit)


def _wraps(_line: Line) -> str:
    """There is no second line: the first one wraps."""
    return ""


COLUMNS: tuple[Column[Line], ...] = (
    Column(N_("Line"), lambda one: " ".join(one.pasted.line.split()), second=_wraps),
    Column(N_("Test"), lambda one: one.pasted.test.title if one.pasted.test else ""),
    Column(N_("Value"), lambda one: one.value),
    Column(N_("Reference"), lambda one: one.reference),
    Column(N_("Note"), lambda one: one.said, second=_wraps),
)


def _result(sheet: Sheet, one: Pasted) -> LabResult | None:
    """What a line becomes; None where it was not understood, or is not plausible: that is typed by hand."""
    if one.test is None or one.typed is None or one.typed.doubt is not None:
        return None
    found = sheet.result(one.test, one.text, unit=one.unit, printed=one.reference)
    return found if isinstance(found, LabResult) else None
