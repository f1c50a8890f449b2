"""The recovery code on one page: how to use it, where to keep it. Nothing else ever shows the code."""

import math
from collections.abc import Sequence
from datetime import datetime

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from core.model.document import OfCode
from core.model.paper import PaperSize
from core.model.user import Clinic
from core.reports import layout, page, qr, text, writing
from core.reports.layout import INK, MUTED, Block, Cell, Column
from core.reports.page import INNER, Paper
from core.reports.text import Align, Style, Weight
from core.views.fact import Fact
from core.words import N_, _, instant

TITLE = N_("Recovery code")

_TITLE = Style(18, 24, Weight.SEMIBOLD)
_CODE = Style(25, 36, Weight.SEMIBOLD)
_COUNT = Style(9, 11, colour=MUTED)
_HEADING = Style(12, 18, Weight.SEMIBOLD)
_TEXT = Style(10, 13.5)
_NUMBER = 20.0  # of what stands beside the number of a step
_QR = 42 * mm
_GROUPS = 3  # in a line
_OPENINGS = 2


def document(source: OfCode) -> bytes:
    return render(source.clinic, source.code, source.file_name, source.printed_at, size=source.size)


def render(
    clinic: Clinic,
    code: str,
    file_name: str,
    made_at: datetime,
    *,
    size: PaperSize = PaperSize.A4,
) -> bytes:
    """One page as PDF. ``code`` is in groups joined by "-"; ``made_at`` is an aware instant.

    The page has no head of the audit trail: the code is made before anybody has signed in.
    """
    paper = Paper(
        title=_(TITLE),
        subject=_("Recovery code of {file}").format(file=text.embedded(file_name)),
        clinic=clinic,
        printed_by="",
        printed_at=made_at,
        head=None,
        size=size,
        warnings=(_("Keep sealed. Whoever holds this page can open the clinic file."),),
    )
    facts = [
        Fact(_("Clinic"), clinic.name),
        Fact(_("Clinic file"), file_name),
        Fact(_("Made"), instant(made_at)),
    ]
    blocks = [
        *layout.paragraph(_(TITLE), _TITLE, INNER),
        *layout.facts(facts, INNER),
        layout.gap(6),
        *_paragraph(
            _(
                "This code opens the clinic file when nobody can sign in any more, and its backups"
                " on a new computer when the old one is lost."
            )
        ),
        layout.gap(6),
        _framed(code),
        layout.gap(4),
        *_paragraph(
            _(
                "The small numbers only count the groups. The code has no 0 and no 1, no O, I or L."
                " Capital or small letters, dashes and spaces make no"
                " difference. The square holds the same code for a scanner."
            )
        ),
        *_numbered(_("How to use it, also on a new computer"), _steps()),
        *_numbered(_("Where to keep it"), _keeping()),
    ]
    return paper.render(blocks, _record())


def _steps() -> list[str]:
    return [
        _(
            "Install ALS follow-up on the computer, in the version named at the foot of this page"
            " or a newer one."
        ),
        _(
            "Copy the newest backup to it: the file that ends in .als and the file of the same name"
            " that ends in .als.keys. One does not open without the other. If the clinic file"
            " itself is whole and only the password is lost, use it as it is."
        ),
        _("Start the program and choose the file that ends in .als."),
        _(
            "Press “Forgot password or moved to a new computer: use the recovery code” and type the"
            " code above."
        ),
        _("Type the name you sign in with, and a new password twice."),
        _(
            "Print the new recovery code that the program then shows, and seal it: for this file"
            " the code above opens nothing any more. The use is written into the audit trail, with"
            " its time and the computer."
        ),
        _(
            "Older backups still open with the code above. Seal this page again and keep it behind"
            " the new one until they are gone, then shred it."
        ),
    ]


def _keeping() -> list[str]:
    return [
        _(
            "In a sealed envelope, signed across the flap, in a safe or a locked cabinet. Not with"
            " the computer and not with the backups. Make no copy and no photograph of it."
        ),
        _(
            "It may be opened by the two persons named below, when nobody can sign in or the"
            " computer is lost."
        ),
        _(
            "If the envelope is found open or is lost: an administrator signs in and makes a new"
            " code at once."
        ),
    ]


def _paragraph(words: str) -> list[Block]:
    return layout.paragraph(words, _TEXT, INNER)


def _numbered(title: str, sentences: Sequence[str]) -> list[Block]:
    columns = [Column(_NUMBER), Column(INNER - _NUMBER, align=Align.START)]
    blocks = [layout.gap(10), *layout.kept(layout.paragraph(title, _HEADING, INNER))]
    for number, words in enumerate(sentences, 1):
        blocks += layout.row([Cell(f"{number}.", _TEXT), Cell(words, _TEXT)], columns, pad=1.5)
    return blocks


def _framed(code: str) -> Block:
    """The code in groups at the left, each with its number: the program names the one that was mistyped."""
    groups = code.split("-")
    whole = math.ceil(len(groups) / _GROUPS) * _CODE.leading
    height = max(_QR, whole + 16)
    apart = (INNER - _QR) / _GROUPS

    def draw(canvas: Canvas, x: float, top: float) -> None:
        canvas.setStrokeColor(HexColor(INK))
        canvas.setLineWidth(1.2)
        canvas.setDash()
        canvas.rect(x, top - height, INNER, height)
        y = top - (height - whole) / 2
        for number, group in enumerate(groups):
            line, at = divmod(number, _GROUPS)
            baseline = y - line * _CODE.leading - (_CODE.leading + text.CAP_HEIGHT * _CODE.size) / 2
            left = x + 16 + at * apart
            text.draw(canvas, left, baseline, str(number + 1), _COUNT)
            text.draw(canvas, left + 12, baseline, group, _CODE)
        qr.draw(canvas, x + INNER - _QR, top - (height - _QR) / 2, _QR, code)

    return Block(height, draw)


def _record() -> Block:
    """Who may open it, who sealed it, and who opened it why."""
    third = (INNER + 8) / 3
    lines = [
        *layout.ruled([layout.gap(6)], INNER, strong=True),
        writing.fields(
            [(_("May be opened by"), INNER * 0.56), (_("or"), INNER * 0.44 + 8)],
        ),
        writing.fields([(_("Sealed by"), third), (_("Signature"), third), (_("Date"), third)]),
    ]
    for _number in range(_OPENINGS):
        lines += [
            writing.fields(
                [(_("Opened by"), third), (_("Date, time"), third), (_("Reason"), third)]
            ),
        ]
    return writing.whole(lines, INNER, page.HEIGHT)[0]
