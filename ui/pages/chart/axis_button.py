"""Which time axis the charts of a patient have: one button, remembered for the person, the same on every tab."""

from PySide6.QtCore import Signal

from core.model.record import PatientRecord
from core.views import trends
from core.views.trends import Axis, TimeScale
from core.words import N_, Words
from ui.context import AppContext
from ui.widgets.basics import PressButton
from ui.words import tr

_AXES = Words({Axis.REFERENCE: N_("Months"), Axis.DATE: N_("Dates"), Axis.ONSET: N_("Since onset")})
AXIS = "axis"  # the name of what is remembered


class AxisButton(PressButton):
    """Says which axis is shown, and the key that shows the next; ``turned`` when another is."""

    turned = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__("")
        self._settings, self._login = context.settings, context.session.login
        self._scales: tuple[TimeScale, ...] = ()
        self.clicked.connect(lambda _checked=False: self.turn())
        self.setToolTip(tr("What the time axis counts: months, dates, or months since onset."))
        self.name()

    def show_record(self, record: PatientRecord) -> None:
        """The axes are those that this patient has."""
        self._scales = trends.time_scales(record)
        self.name()

    def name(self) -> None:
        now = self.scale.axis if self._scales else Axis.REFERENCE
        self.setText(f"{_AXES[now]}  M")

    @property
    def scale(self) -> TimeScale:
        """The axis that was chosen, or the first that this patient has."""
        wanted = self._settings.chosen(self._login, AXIS)
        return next((one for one in self._scales if one.axis.value == wanted), self._scales[0])

    def choose(self, axis: Axis) -> None:
        """Draw on this time axis, where the patient has it."""
        self._settings.set_chosen(self._login, AXIS, axis.value)
        self.name()
        self.turned.emit()

    def turn(self) -> None:
        """The next axis."""
        if self._scales:
            axes = [one.axis for one in self._scales]
            self.choose(axes[(axes.index(self.scale.axis) + 1) % len(axes)])
