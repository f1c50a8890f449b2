"""The clinic's two logs as tables."""

from core.exports import table_csv
from core.model.document import OfRegisters
from core.views import register_words


def trainings(source: OfRegisters) -> bytes:
    rows = [register_words.training_row(one, source.names) for one in source.registers.trainings]
    return table_csv.render(register_words.training_titles(), rows)


def checks(source: OfRegisters) -> bytes:
    rows = [register_words.check_row(one, source.names) for one in source.registers.checks]
    return table_csv.render(register_words.check_titles(), rows)
