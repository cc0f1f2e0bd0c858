"""`manage.py decide`: situations in, decisions out, without a database (contract.md)."""

import io
import json
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

CASES = Path(__file__).parent
PLAIN = {"service": "nutrition-counseling", "location": "XA", "licensed": ["XA"], "date": "2026-11-23"}


class Input:
    def __init__(self, raw):
        self.buffer = io.BytesIO(raw)


@pytest.fixture
def decide(monkeypatch):
    """Run the command on these bytes; its exit status and the objects it printed."""

    def run(kind, raw, **options):
        monkeypatch.setattr(sys, "stdin", Input(raw))
        out, status = io.StringIO(), 0
        try:
            call_command("decide", kind, stdout=out, **options)
        except SystemExit as stop:
            status = stop.code
        return status, [json.loads(line) for line in out.getvalue().splitlines()]

    return run


def check(kind, path, **options):
    out, status = io.StringIO(), 0
    try:
        call_command("decide", kind, check=path, stdout=out, **options)
    except SystemExit as stop:
        status = stop.code
    return status, out.getvalue().splitlines()


def lines(*objects):
    return "".join(json.dumps(one) + "\n" for one in objects).encode()


@pytest.mark.parametrize(
    ("kind", "options", "count"),
    [
        ("routing", {}, 18),
        ("screening", {}, 19),
        ("coverage", {"rules": CASES / "coverage_rules.json"}, 12),
        ("deadlines", {}, 6),
    ],
)
def test_it_answers_every_worked_situation(kind, options, count):
    status, printed = check(kind, CASES / f"{kind}.jsonl", **options)

    assert (status, printed) == (0, [f"{count} situations, 0 mismatches"])


def test_it_answers_one_object_a_line_in_the_same_order(decide):
    status, answers = decide("routing", lines(PLAIN, PLAIN | {"pref": "in_person"}))

    assert status == 0
    assert [answer["decision"] for answer in answers] == ["telehealth", "in_person"]


def test_it_goes_on_after_a_malformed_line_and_says_so_at_the_end(decide):
    status, answers = decide(
        "routing",
        b'{"service": \n[1]\n\n\xff\xfe\n{"service": NaN}\n{"service": "x", "service": "y"}\n'
        + lines(PLAIN | {"colour": 1}, PLAIN | {"service": "haircut"}, PLAIN),
    )

    assert status == 1
    assert [answer.get("error") for answer in answers] == [
        "not_json",
        "not_an_object",
        "not_json",
        "not_json",
        "not_json",
        "duplicate_key",
        "unknown_key",
        "unknown_service",
        None,
    ]
    assert all(set(answer) == {"error", "detail"} for answer in answers[:-1])
    assert answers[-1]["decision"] == "telehealth"


def test_it_survives_a_line_nested_beyond_reason(decide):
    status, answers = decide("routing", b"[" * 100_000 + b"\n" + lines(PLAIN))

    assert status == 1
    assert [answer.get("error") for answer in answers] == ["not_json", None]


def test_it_reads_a_last_line_without_an_end_and_a_first_with_a_mark(decide):
    status, answers = decide("routing", b"\xef\xbb\xbf" + lines(PLAIN) + lines(PLAIN).rstrip())

    assert (status, len(answers)) == (0, 2)


def test_it_answers_nothing_to_nothing(decide):
    assert decide("routing", b"") == (0, [])


def test_it_takes_an_error_of_the_decider_for_an_answer(decide):
    status, answers = decide("screening", lines({"instrument": "nrs-pain", "answers": [11]}))

    assert (status, answers) == (0, [{"error": "out_of_range"}])


def test_it_decides_by_the_rules_of_a_file(decide, tmp_path):
    rules = tmp_path / "rules.json"
    rules.write_text('["2026-12-24"]')

    status, answers = decide(
        "deadlines", lines({"kind": "expert_review", "submitted": "2026-12-22T09:00"}), rules=rules
    )

    assert (status, answers[0]["due"]) == (0, "2026-12-28")


@pytest.mark.parametrize("text", [None, "{}", "[", '"x"'])
def test_it_refuses_a_rules_file_it_cannot_read(decide, tmp_path, text):
    rules = tmp_path / "rules.json"
    if text is not None:
        rules.write_text(text)

    with pytest.raises(CommandError):
        decide("deadlines", b"", rules=rules)


def test_it_refuses_a_kind_it_does_not_know(decide):
    with pytest.raises(CommandError):
        decide("weather", b"")


@pytest.mark.parametrize(
    ("out", "matches"),
    [
        ({"decision": "telehealth"}, True),
        ({"decision": "in_person"}, False),
        ({"lean": None, "urgency": "routine"}, True),
        ({"tasks": ["book_interpreter", "clinician_callback_24h"]}, True),
        ({"tasks": ["clinician_callback_24h", "book_interpreter"]}, True),
        ({"tasks": ["book_interpreter"]}, False),
        ({"reasons": ["service_default:telehealth", "audio_fallback"]}, True),
        ({"reasons": ["audio_fallback", "service_default:telehealth"]}, False),
        ({"reasons": ["service_default:telehealth"]}, False),
        ({"colour": None}, False),
    ],
)
def test_it_compares_the_keys_expected_and_the_order_only_where_it_counts(tmp_path, out, matches):
    situation = PLAIN | {"comm": {"language": "es"}, "ambers": 1, "cap": {}}
    path = tmp_path / "cases.jsonl"
    path.write_bytes(lines({"id": "T1", "why": "a trial", "in": situation, "out": out}))

    status, printed = check("routing", path)

    assert status == (0 if matches else 1)
    assert printed[-1] == f"1 situations, {0 if matches else 1} mismatches"
    if not matches:
        assert printed[0] == "T1: a trial"
        assert printed[1] == f"  expected {json.dumps(out, sort_keys=True)}"
        assert '"decision": "telehealth"' in printed[2]


def test_it_keeps_all_reasons_after_the_first_as_a_set(tmp_path):
    path = tmp_path / "cases.jsonl"
    situation = PLAIN | {"flags": ["jaundice_new", "diarrhea_ge7"], "ambers": 2}
    reasons = ["urgent:diarrhea_ge7", "urgent:two_or_more_amber", "urgent:jaundice_new"]
    path.write_bytes(lines({"id": "T2", "in": situation, "out": {"reasons": reasons}}))

    assert check("routing", path) == (0, ["1 situations, 0 mismatches"])


def test_it_compares_errors_too_and_counts_an_unreadable_line_as_a_mismatch(tmp_path):
    path = tmp_path / "cases.jsonl"
    path.write_bytes(
        lines({"id": "T3", "in": {"service": "haircut"}, "out": {"error": "unknown_service"}}, {"id": "T4"}) + b"{\n\n"
    )

    status, printed = check("routing", path)

    assert status == 1
    assert printed[-1] == "3 situations, 2 mismatches"


def test_it_refuses_to_check_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError):
        check("routing", tmp_path / "none.jsonl")
