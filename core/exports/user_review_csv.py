"""The users of a clinic file as a table: one row a user, with what their role may do."""

from core.exports import table_csv
from core.model.document import OfUsers
from core.views import user_review
from core.words import _


def document(source: OfUsers) -> bytes:
    rows = [
        (*user_review.row(one), user_review.rights_words(one.user.role)) for one in source.reviewed
    ]
    return table_csv.render((*user_review.titles(), _("May")), rows)
