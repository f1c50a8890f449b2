"""The neurologist's conclusion of a visit: which form it is a record of, and what that record says."""

from core.model.form_record import FormRecord

FORM, VERSION, FIELD = "conclusion", "1", "text"
TYPED = (
    f"{FORM}.{FIELD}"  # under which its text is kept, among those of its visit, until it is saved
)


def text_of(record: FormRecord | None) -> str:
    """The words of a conclusion; empty where there is none."""
    value = None if record is None else record.value(FIELD)
    return value if isinstance(value, str) else ""
