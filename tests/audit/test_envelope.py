"""One event as bytes: spelt in one way only."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from oncology_clinic.audit import envelope
from oncology_clinic.audit.envelope import PayloadRefused, canonical, mac_input, prefixed, stamp

GOLDEN = json.loads((Path(__file__).parent / "golden_vectors.json").read_text())

ORDER = ["eid", "ts", "action", "outcome", "category", "patient_bidx", "actor_bidx", "kid", "payload"]
FIELDS = st.fixed_dictionaries(
    {
        "eid": st.binary(max_size=17),
        "ts": st.binary(max_size=21),
        "action": st.integers(-(2**15), 2**15 - 1),
        "outcome": st.integers(0, 9),
        "category": st.integers(0, 99),
        "patient_bidx": st.none() | st.binary(max_size=17),
        "actor_bidx": st.binary(max_size=17),
        "kid": st.integers(0, 99),
        "payload": st.binary(max_size=40),
    }
)


@pytest.mark.parametrize("vector", GOLDEN["mac_input"], ids=lambda vector: vector["name"])
def test_it_has_the_mac_of_the_golden_vectors(vector):
    fields = vector["fields"]
    data = mac_input(
        eid=UUID(fields["eid"]).bytes,
        ts=stamp(datetime.fromisoformat(fields["ts"])).encode(),
        action=fields["action"],
        outcome=fields["outcome"],
        category=fields["category"],
        patient_bidx=fields["patient_bidx"] and bytes.fromhex(fields["patient_bidx"]),
        actor_bidx=bytes.fromhex(fields["actor_bidx"]),
        kid=fields["kid"],
        payload=fields["payload"].encode(),
    )

    assert data.hex() == vector["input"]
    assert hmac.digest(bytes.fromhex(GOLDEN["key"]), data, "sha256").hex() == vector["mac"]


@pytest.mark.parametrize("vector", GOLDEN["canonical"], ids=lambda vector: vector["text"])
def test_it_has_the_canonical_payload_of_the_golden_vectors(vector):
    assert canonical(vector["payload"]).decode() == vector["text"]


@given(FIELDS, FIELDS)
def test_it_gives_two_different_events_two_different_inputs(one, other):
    assert (mac_input(**one) == mac_input(**other)) == (one == other)


@given(st.lists(st.none() | st.binary(max_size=6), max_size=6), st.lists(st.none() | st.binary(max_size=6), max_size=6))
def test_it_never_confuses_where_a_field_ends(one, other):
    assert (prefixed(one) == prefixed(other)) == (one == other)


@given(FIELDS)
def test_it_spells_the_input_as_plain_length_prefixed_fields(fields):
    numbers = {name: b"%d" % fields[name] for name in ("action", "outcome", "category", "kid")}

    assert mac_input(**fields) == prefixed((b"ev1", *({**fields, **numbers}[name] for name in ORDER)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=4))
def test_it_spells_a_payload_in_one_way_whatever_the_order_of_its_keys(payload):
    shuffled = dict(reversed(payload.items()))

    assert canonical(payload) == canonical(shuffled)
    assert json.loads(canonical(payload)) == payload


@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), {"a": 0.1}, [1, 2.0], {1: "a"}, b"bytes", {1, 2}, datetime(2026, 1, 1, tzinfo=UTC)],
    ids=repr,
)
def test_it_refuses_what_has_no_exact_spelling(value):
    with pytest.raises(PayloadRefused):
        canonical({"x": value})


def test_it_stamps_times_in_utc():
    eastern = timezone(timedelta(hours=-5))

    assert stamp(datetime(2026, 11, 22, 4, 30, 0, 7, tzinfo=eastern)) == "20261122093000000007"
    with pytest.raises(PayloadRefused):
        stamp(datetime(2026, 11, 22))  # noqa: DTZ001


def test_it_tells_kinds_apart_in_blind_indexes():
    assert envelope.blind_index("patient", "a") != envelope.blind_index("actor", "a")
    assert envelope.blind_index("patient", "a") == envelope.blind_index("patient", "a")
    assert len(envelope.blind_index("patient", "a")) == 16


def test_it_opens_what_it_encrypts_also_under_an_older_key(settings):
    token = envelope.encrypt({"v": 1, "actor": {"label": "ñ"}})
    settings.AUDIT_PAYLOAD_KEYS = [Fernet.generate_key().decode(), *settings.AUDIT_PAYLOAD_KEYS]

    assert envelope.decrypt(token) == {"v": 1, "actor": {"label": "ñ"}}
    settings.AUDIT_PAYLOAD_KEYS = settings.AUDIT_PAYLOAD_KEYS[:1]
    with pytest.raises(envelope.PayloadUnreadable):
        envelope.decrypt(token)


def test_it_macs_new_rows_under_the_highest_key_id(settings):
    settings.AUDIT_MAC_KEYS = {1: settings.AUDIT_MAC_KEYS[1], 3: base64.urlsafe_b64encode(bytes(range(32))).decode()}

    assert envelope.current_kid() == 3
