"""Questionnaires and schedules beside the shipped ones, put there as anybody would: as files in a folder."""

import shutil
from contextlib import contextmanager
from pathlib import Path

from core import resources
from core.instruments import catalog as instruments
from core.protocols import catalog as protocols
from core.science import lung_function

FILES = Path(__file__).parent


@contextmanager
def beside_the_shipped(folder, *files):
    """Until it ends, the program's resources are a copy in that folder, which holds these files as well."""
    shipped = resources.FOLDER
    lung_function.equations()  # which remembers its files by their paths: those that stay
    shutil.copytree(shipped, folder)
    for file in files:
        shutil.copy(file, folder / file.parent.name)
    resources.FOLDER = folder
    _read_again()
    try:
        yield
    finally:
        resources.FOLDER = shipped
        _read_again()


def _read_again():
    instruments.versions.cache_clear()
    protocols.brought.cache_clear()
