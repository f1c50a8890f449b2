"""All patients as one group are read for the page."""

from contextlib import suppress

from core import clock
from core.acts import cohort
from core.acts.all_patients import Cancelled, Progress
from core.cohort.frames import Cohort
from core.errors import StorageError
from ui.widgets.reading import Reading


class Loading(Reading):
    """What was computed meanwhile is kept in the file, by this thread. Whoever leaves the page gives it up."""

    def load(self) -> None:
        """Read all of them; anew where they are being read."""
        session, today = self._context.session, clock.today()

        def read(progress: Progress, cancelled: Cancelled) -> Cohort | None:
            return cohort.load(session, today, progress, cancelled)

        self.begin(read)

    def _settle(self, found: object) -> None:
        if self._context.session.is_open:
            with suppress(StorageError):  # a full disk keeps nobody from looking
                cohort.keep(self._context.session)
        super()._settle(found)
