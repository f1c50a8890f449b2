"""What tests of the pages of a chart share."""

import pytest

from tests.ui.keyboard import settle


@pytest.fixture
def open_chart(demo_shell, numbered, qtbot):
    """``open_chart(number)`` opens a chart of the demonstration in a window of a size."""

    def open_it(number, size=(1366, 768)):
        demo_shell.window().resize(*size)
        settle()
        demo_shell.open_chart(numbered(number).id)
        settle()
        page = demo_shell.page("chart")
        if size == (1366, 768):  # plots say how high they must be once they know how wide they are
            qtbot.waitUntil(lambda: page.height() <= page.parentWidget().height())
        return page

    return open_it
