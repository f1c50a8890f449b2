"""What a PDF says."""

from contextlib import closing

import pypdfium2

from ui.pdf_pages import PDFIUM


def text_of(pdf):
    """Every page's text (of bytes or a path), the pages one below another.

    Under the program's own lock: a page in the background may be drawn at this moment, of another document, too.
    """
    with PDFIUM, closing(pypdfium2.PdfDocument(pdf)) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def line_of(pdf):
    """The same as one line of words."""
    return " ".join(text_of(pdf).split())
