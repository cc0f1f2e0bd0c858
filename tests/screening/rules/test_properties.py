"""What holds for every set of answers, whatever they are."""

from hypothesis import given
from hypothesis import strategies as st

from screening.rules.contract import decide
from screening.rules.instrument import Action, catalogue

PAIN_STEPS = ["pain_plan_of_care", "clinician_contact_24h", "same_day_in_person"]


@st.composite
def readable(draw, *, blanks=True):
    asked = draw(st.sampled_from(list(catalogue().values())))
    option = st.sampled_from(sorted(asked.values))
    answer = st.none() | option if blanks else option
    return asked, [draw(answer) for _ in asked.required]


def decided(asked, answers, **context):
    return decide({"instrument": asked.id, "answers": answers, "context": context})


@given(readable(), st.booleans(), st.none() | st.floats(0, 10) | st.integers(0, 10))
def test_it_always_decides_readable_answers(case, is_new, baseline):
    asked, answers = case

    out = decided(asked, answers, new=is_new, baseline=baseline)

    assert "error" not in out
    assert all(Action(action) for action in out["actions"])
    assert len(set(out["actions"])) == len(out["actions"])


@given(
    st.sampled_from(sorted(catalogue())), st.lists(st.none() | st.integers() | st.booleans() | st.text(), max_size=15)
)
def test_it_never_falls_over_unreadable_answers(instrument, answers):
    out = decide({"instrument": instrument, "answers": answers})

    assert out.get("error") in {None, "wrong_length", "out_of_range"}


@given(readable())
def test_a_missing_answer_is_never_counted_as_zero(case):
    asked, answers = case
    if None not in answers:
        return

    out = decided(asked, answers)
    given_answers = [answer for answer in answers if answer is not None]

    if out["score"] is None:
        assert out["actions"], "somebody must be told that an answer is missing"
    else:  # prorated: the blank counts as the mean of the others
        assert out["prorated"] is True
        assert out["score"] >= sum(given_answers)
        if sum(given_answers) * len(answers) >= len(given_answers) * (sum(given_answers) + 1):
            assert out["score"] > sum(given_answers)


@given(readable(blanks=False), st.data())
def test_a_worse_answer_never_lowers_the_score(case, data):
    asked, answers = case
    index = data.draw(st.integers(0, len(answers) - 1))
    worse = list(answers)
    worse[index] = data.draw(st.sampled_from([value for value in asked.values if value >= answers[index]]))

    assert decided(asked, worse)["score"] >= decided(asked, answers)["score"]


@given(st.integers(0, 9), st.booleans(), st.integers(0, 10))
def test_more_pain_never_lowers_the_step(pain, is_new, baseline):
    asked = catalogue()["nrs-pain"]

    def step(value):
        taken = decided(asked, [value], new=is_new, baseline=baseline)["actions"]
        return PAIN_STEPS.index(taken[0]) if taken else -1

    assert step(pain + 1) >= step(pain)
