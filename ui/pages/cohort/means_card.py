"""A number of the group over time: its mean, how it scatters, of how many, and how fast it changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from core.cohort import in_words
from core.cohort.fields import NumberField
from core.cohort.frames import PATIENT, Cohort
from core.cohort.means import Means, course, means
from core.cohort.plots import means_plot, pointing
from core.cohort.plots.axes import Sheet
from core.cohort.plots.means_plot import SPREADS, Spread
from core.science.statistics.fit import NoFit
from core.science.statistics.mixed_model import MixedModel
from core.views.stack.shapes import Drawing
from ui import theme
from ui.context import AppContext
from ui.pages.cohort.asking import Asking
from ui.pages.cohort.figure import Figure
from ui.pages.cohort.group_card import GroupCard
from ui.pages.cohort.sentences import Sentences
from ui.widgets.basics import Combo, label, row
from ui.widgets.figures import FigureMark, mark
from ui.words import tr

HEIGHT = 176.0  # px of a figure at the usual text size


@dataclass(frozen=True)
class Look:
    """How means are drawn."""

    spread: Spread = Spread.SE
    same: bool = False


class MeansCard(GroupCard):
    """``field`` is the id of the number, or, where one may choose, the first of those wanted."""

    opened = Signal(int)  # the place of a patient

    def __init__(self, context: AppContext, *, field: str, chosen: bool) -> None:
        super().__init__(context)
        self._modelling = Asking(context.tasks, self)
        self._wanted, self._look = field, Look()
        self._fields: dict[str, NumberField] = {}
        self.means: Means | None = None
        self.title = label("", "heading")
        self.choice = Combo()
        self.choice.setAccessibleName(tr("Which number"))
        self.choice.setSizeAdjustPolicy(
            Combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.choice.setMinimumContentsLength(16)
        self.choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choice.activated.connect(lambda _at: self._on_choice())
        (self.title if chosen else self.choice).hide()
        self.kind = label("", "muted")
        self.figure = Figure(tr("Course of the group"))
        self.figure.opened.connect(self.opened)
        self.same = label("", "muted", wrap=True)
        self.changes = Sentences()
        self.slopes, self.model = label("", "muted", wrap=True), label("", "muted", wrap=True)
        for one, figure in ((self.slopes, "group-slope"), (self.model, "mixed-model")):
            mark(one, figure)
        tools = QWidget()
        tools.setProperty("role", "tools")
        what = FigureMark("group-mean")
        head = row(self.title, self.choice, self.kind, what, None)
        head.setAlignment(what, Qt.AlignmentFlag.AlignVCenter)
        if chosen:
            head.setStretch(1, 3)
        tools.setLayout(head)
        tools.setMinimumHeight(theme.px(30))  # the figures of both cards begin at one height
        lines = QVBoxLayout()
        lines.setSpacing(2)
        for line, figure in ((self.slopes, "group-slope"), (self.model, "mixed-model")):
            beside = row(line, FigureMark(figure), top=True)
            beside.setStretch(0, 1)
            lines.addLayout(beside)
        self._lay_out(tools, self.figure, self.same, self.changes, lines)

    @property
    def busy(self) -> bool:
        return super().busy or self._modelling.busy

    @property
    def field(self) -> NumberField | None:
        return self._fields.get(self._wanted) or next(iter(self._fields.values()), None)

    def show_fields(self, fields: Sequence[NumberField]) -> None:
        """What one can choose from: the numbers that any patient of the file has."""
        self._fields = {one.id: one for one in fields}
        self.choice.clear()
        for one in fields:
            self.choice.addItem(one.title, one.id)
        field = self.field
        self.choice.setCurrentIndex(-1 if field is None else self.choice.findData(field.id))

    def show_look(self, look: Look) -> None:
        """Nothing is computed anew."""
        self._look = look
        self._show()

    def choose(self, field: str) -> None:
        """Choose a number by its id."""
        self.choice.setCurrentIndex(self.choice.findData(field))
        self._on_choice()

    def _on_choice(self) -> None:
        self._wanted = self.choice.currentData()
        self._compute()

    def _compute(self) -> None:
        group, field = self._group, self.field
        if group is None or field is None:
            return
        self.title.setText(field.title)
        self._asking.ask(lambda: means(group, field), self._show_means)

    def _show_means(self, found: Means) -> None:
        self.means = found
        self._show()
        self.changes.show_sentences(found.sentences)
        self.slopes.setText(in_words.slopes(found))
        self.model.setText(tr("Mixed model: being computed…"))
        self._modelling.ask(lambda: course(found), self._show_model)

    def _show_model(self, fit: MixedModel | NoFit) -> None:
        if self.means is not None:
            self.model.setText(in_words.model(fit, self.means))

    def _show(self) -> None:
        found, look, group = self.means, self._look, self._group
        if found is None or group is None:
            return
        kind = SPREADS[look.spread]
        self.kind.setText(f"{kind}, {found.field.unit}" if found.field.unit else kind)
        self.same.setText(in_words.same_patients(found))
        self.same.setVisible(look.same and bool(found.at))
        patients = [int(one) for one in found.lines[PATIENT].unique()]

        def draw(sheet: Sheet) -> Drawing:
            return means_plot.draw(found, sheet, look.spread, same=look.same)

        self.figure.show_figure(
            draw,
            in_words.of_means(found, look.spread),
            height=HEIGHT,
            point=lambda drawing: pointing.of_courses(drawing, patients),
            numbers=numbers(group),
        )


def numbers(group: Cohort) -> dict[int, str]:
    """The record numbers by the patients' places."""
    return {int(at): str(one) for at, one in group.patients["number"].items()}  # type: ignore[call-overload]
