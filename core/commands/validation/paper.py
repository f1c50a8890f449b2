"""What is printed, printed here and read back from the PDF."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pypdfium2

from core import clock
from core.commands.validation.checks import Found, Planned
from core.commands.validation.clinic_file import CLINIC, PLANTED, TOTAL, Scene
from core.instruments import catalog as instruments
from core.protocols import catalog as protocols
from core.reports import blank_forms, summary
from core.words import _, number


def checks(scene: Callable[[], Scene]) -> Iterator[Planned]:
    yield Planned(
        what=_("The visit's summary, printed and read back"),
        basis=_("printing"),
        expected=_("record number, name, total and note are on it"),
        look=lambda: _summary(scene()),
    )
    yield Planned(
        what=_("Every page of it bears the code of the audit trail"),
        basis="R13",
        expected=_("the code on every page"),
        look=lambda: _code(scene()),
    )
    yield Planned(
        what=_("Blank forms of every visit and questionnaire"),
        basis=_("contingency"),
        expected=_("every question, every visit"),
        look=_blanks,
    )


def _summary(scene: Scene) -> Found:
    text = " ".join(_pages(_print(scene)))
    volume = number(max(b.volume_ml for b in scene.record.spirometry[0].blows) / 1000, 2)
    wanted = (*PLANTED[:3], PLANTED[-1], str(TOTAL), volume)
    found = [word in text for word in wanted]
    words = _("{n} of {all} values read back").format(n=sum(found), all=len(found))
    return Found(words, passed=all(found))


def _code(scene: Scene) -> Found:
    bearing = [scene.head.code in page for page in _pages(_print(scene))]
    words = _("{n} of {all} pages").format(n=sum(bearing), all=len(bearing))
    return Found(words, passed=bool(bearing) and all(bearing))


def _blanks() -> Found:
    schedules = list(protocols.shipped().values())
    pdf = blank_forms.render_all(
        schedules, CLINIC, printed_by="", printed_at=clock.now(), head=None
    )
    pages = _pages(pdf)
    text = " ".join(pages)
    wanted = [item.title for one in instruments.shipped().values() for item in one.items]
    wanted += [visit.title for one in schedules for visit in one.visits]
    found = [" ".join(word.split()) in text for word in wanted]
    words = _("{n} of {all} titles on {pages} pages").format(
        n=sum(found), all=len(found), pages=len(pages)
    )
    return Found(words, passed=bool(found) and all(found))


def _print(scene: Scene) -> bytes:
    return summary.render(
        scene.record,
        scene.visit_id,
        CLINIC,
        names={},
        printed_by="",
        printed_at=clock.now(),
        head=scene.head,
    )


def _pages(pdf: bytes) -> list[str]:
    """The text of every page, with white space (a line end among it) as single spaces."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
