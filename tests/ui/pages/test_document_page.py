"""The page of printed pages: other documents beside the one that is shown."""

from core.model.document import About


def test_what_was_chosen_of_one_document_means_nothing_of_the_one_beside_it(shell, due, qtbot):
    """From the blank page of one form to those of a schedule."""
    shell.open_document("blank-form", About(choice="device"))
    page = shell.page("document")

    def made(id):
        qtbot.waitUntil(lambda: page.pdf is not None and page.shown["document"] == id)
        return page.pdf

    def beside(id):
        at = page.which.findData(id)
        page.which.setCurrentIndex(at)
        page.which.activated.emit(at)
        return made(id)

    first = made("blank-form")
    assert page.what.currentData() == "device"
    forms = beside("blank-forms")
    assert page.what.currentText() == "All visits and questionnaires"
    assert forms.startswith(b"%PDF") and forms != first
