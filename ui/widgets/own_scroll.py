"""A card that scrolls itself, or is as high as what it holds."""

from PySide6.QtWidgets import QFrame, QWidget

from ui.widgets.basics import column, scrolled


class OwnScroll(QFrame):
    """``inner`` is what it holds, ``name`` what a screen reader calls it; ``margin`` (px) is round it, None is the usual one."""

    def __init__(self, inner: QWidget, name: str, *, margin: int | None = 1) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._inner = inner
        self.area = scrolled(inner, name)
        self._body = column(self.area)
        if margin is not None:
            self._body.setContentsMargins(margin, margin, margin, margin)
        self.setLayout(self._body)

    def set_whole(self, *, whole: bool) -> None:
        """As high as it is, in a page that scrolls; else it scrolls itself."""
        if whole == self.area.isHidden():
            return
        if whole:
            self._body.addWidget(self.area.takeWidget())
            self.area.hide()
        else:
            self._body.removeWidget(self._inner)
            self.area.setWidget(self._inner)
            self.area.show()
        self._inner.show()
