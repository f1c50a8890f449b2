"""A bare PySide6 window: what starting costs before any of our code."""

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget


class Window(QWidget):
    def paintEvent(self, _event: QPaintEvent) -> None:
        print("painted", flush=True)
        QApplication.quit()


app = QApplication([])
window = Window()
window.resize(1366, 768)
window.show()
app.exec()
