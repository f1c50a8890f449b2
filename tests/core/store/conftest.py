import pytest

from tests.core.store.nouns import Nouns


@pytest.fixture
def nouns(session):
    return Nouns(session)
