import pytest

from core.model.assessment import Answer, NotDone
from tests.core.examples import INFUSION, a_form, a_patient, a_visit

FORM = a_form(a_visit(a_patient(), INFUSION), (3, 0, *(None,) * 10))


@pytest.mark.parametrize(
    "answer", [{}, {"value": 0, "not_done": NotDone.REFUSED}, {"note": "only a remark"}]
)
def test_an_answer_is_a_value_or_a_reason(answer):
    with pytest.raises(ValueError, match="either a value or a reason"):
        Answer(item="walking", **answer)


def test_a_question_without_a_score_is_absent_and_never_zero():
    form = FORM.with_answer("stairs", Answer(item="stairs", not_done=NotDone.TOO_UNWELL))
    assert form.values == {"speech": 3, "salivation": 0}
    assert len(form.answers) == 3


def test_an_answer_replaces_the_one_before_and_none_takes_it_away():
    changed = FORM.with_answer("speech", Answer(item="speech", value=1))
    assert changed.values == {"speech": 1, "salivation": 0}
    assert changed.with_answer("speech", None).values == {"salivation": 0}
    assert FORM.with_answer("walking", None) == FORM
    assert FORM.values == {"speech": 3, "salivation": 0}
