"""What `make run` prints at the end."""

from __future__ import annotations

import json
from pathlib import Path

from oncology_clinic.embedded import loading, welcome

# RFC 6238, appendix B: the secret "12345678901234567890" at second 59 gives 94287082, of which six digits.
SECRET, AT_59 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082"


def demo(var: Path) -> None:
    people = [
        {"role": "patient", "username": "maria", "password": "a long one", "totp_secret": ""},
        {"role": "clinician", "username": "osei", "password": "another", "totp_secret": SECRET},
    ]
    (var / "demo.json").write_text(json.dumps({"base_url": "http://old", "people": people}))


def test_it_names_the_address_the_people_with_their_codes_and_the_letters(tmp_path: Path) -> None:
    demo(tmp_path)

    text = welcome.text(url="http://127.0.0.1:8000", var=tmp_path, now=59)

    assert "The clinic is open: http://127.0.0.1:8000" in text
    clinician = next(line for line in text.splitlines() if "osei" in line)
    assert clinician.split() == ["clinician", "osei", "another", SECRET, AT_59]
    assert "none" in next(line for line in text.splitlines() if "maria" in line)
    for place in ("mail/*.eml", "sms/*.txt", "audit/anchor.log"):
        assert str(tmp_path / place) in text


def test_it_says_so_when_there_are_no_demo_people(tmp_path: Path) -> None:
    assert "no demo people" in welcome.text(url="http://127.0.0.1:8000", var=tmp_path, now=0)


def test_it_takes_a_secret_without_padding_and_in_lower_case() -> None:
    assert welcome.code("gezdgnbvgy3tqojqgezdgnbvgy3tqojq", now=59) == AT_59
    assert len(welcome.code("GEZDGNBVGY", now=59)) == 6


def test_scripts_find_the_address_of_this_time(tmp_path: Path) -> None:
    demo(tmp_path)

    loading.name_address(tmp_path / "demo.json", url="http://127.0.0.1:8011")

    written = json.loads((tmp_path / "demo.json").read_text())
    assert written["base_url"] == "http://127.0.0.1:8011"
    assert len(written["people"]) == 2
