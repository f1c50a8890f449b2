import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.acts.passwords import SHORTEST, login_problem, password_problem


def said(password, login="n.urse", name="Nora Urse"):
    problem = password_problem(password, login, name)
    return problem.message if problem else ""


@pytest.mark.parametrize(
    ("password", "because"),
    [
        ("seven77", "At least 8 characters"),
        ("19590314", "Only digits"),
        ("+49 30 123456", "Only digits"),
        ("aaaaaaaa", "same few characters"),
        ("abababab", "same few characters"),
        ("n.urse2026", "own name"),
        ("NoraUrse!", "own name"),
        ("urse1234", "own name"),
        ("nora-nora", "own name"),
        ("password1", "among the first"),
        ("P@ssw0rd!", "among the first"),
        ("passwordpassword", "among the first"),
        ("Welcome2026", "among the first"),
        ("a long password", ""),
        ("correct horse", ""),
        ("پرستار شب تابستان", ""),
    ],
)
def test_why_a_password_is_refused(password, because):
    assert because in said(password)
    assert bool(because) == said(password).endswith(".")


@given(st.text(max_size=SHORTEST - 1))
def test_nothing_short_is_ever_a_password(text):
    assert said(text)


@pytest.mark.parametrize("login", ["", "  ", "Nora Urse", "a\tb", "x" * 41])
def test_a_name_that_cannot_be_typed_again_is_refused(login):
    assert login_problem(login, ()).message.endswith(".")


def test_a_login_belongs_to_one_person_in_capitals_too():
    assert "is taken" in login_problem("N.Urse", ["n.urse"]).message
    assert login_problem("o.urse", ["n.urse"]) is None
