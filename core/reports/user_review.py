"""The user review on paper, with lines for the signature of who reviewed it."""

from core.labels import ROLE
from core.model.document import OfUsers
from core.model.user import Role
from core.reports import layout, table_report
from core.reports.page import Paper
from core.reports.table_report import Section
from core.views import user_review
from core.views.fact import Fact
from core.words import _, instant

_WIDTHS = (3.0, 1.8, 1.8, 1.6, 1.7, 1.7, 1.7, 1.0)  # of the columns, as shares


def document(source: OfUsers) -> bytes:
    paper = Paper.of(
        source,
        title=_("User review"),
        subject=_("Users of the clinic file {file}").format(file=source.file_name),
    )
    active = sum(one.user.disabled_at is None for one in source.reviewed)
    users = _("{n}, {active} of them active").format(n=len(source.reviewed), active=active)
    made = instant(source.code_made) if source.code_made else _("there is none")
    everybody = Section(
        title=_("Users"),
        facts=(
            Fact(_("Reviewed on"), instant(source.printed_at)),
            Fact(_("Users"), users),
            Fact(_("Recovery code made"), made),
        ),
        columns=tuple(
            layout.Column(width, title)
            for width, title in zip(_WIDTHS, user_review.titles(), strict=True)
        ),
        rows=[user_review.row(one) for one in source.reviewed],
        note=_(
            "Failed sign-ins are those since the last one of that user that did not fail. Whoever has"
            " left is disabled and never removed: what they entered stays theirs."
        ),
    )
    allowed = Section(
        title=_("What each role may do"),
        facts=tuple(Fact(ROLE[role], user_review.rights_words(role)) for role in Role),
    )
    return table_report.render(paper, [everybody, allowed], signed=True)
