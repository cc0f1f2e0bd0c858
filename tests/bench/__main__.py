"""`make bench`: the clinic against a bare Django on the same database, interleaved in one run. Prints; gates nothing.

    python -m tests.bench [--rounds N] [--sizes N ...] [--million]

A: one clinician's free times of a working week. The floor is a Django view with session and
   user that works out the same times from one plain SQL query.
B: one booking. The floor is a DRF POST: serializer, ORM create under an exclusion constraint.
Only ratios within one run mean anything.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from tests.bench import callers, grounds
from tests.bench.callers import Caller, Timed
from tests.bench.grounds import Ground

SERVICE, MINUTES = "results-review", 20
WELL = {"flags": [], "pain": {"now": 1}, "cap": {"video": True, "bandwidth": True, "phone": True}}
WARM_UP = 8
MOST_SECONDS = 300


@dataclass
class Course:
    """One size, ready to run: its callers and what has been measured."""

    ground: Ground
    patients: list[tuple[str, Caller]]
    floor: Caller
    times: dict[str, list[Timed]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, ground: Ground) -> Course:
        signed_in = [(one["patient"], callers.at_the_clinic(ground.clinic_url, one)) for one in ground.people]
        return cls(ground, signed_in, callers.at_the_floor(ground.floor_url, ground.floor_cookie))


def main() -> None:
    asked = _arguments()
    sizes = [*asked.sizes, *([1_000_000] if asked.million else [])]
    print(f"Making clinics of {', '.join(f'{size:,}' for size in sizes)} appointments.", flush=True)
    with grounds.opened(sizes) as ready:
        courses = [Course.of(ground) for ground in ready]
        chance = random.Random(7)
        for course in courses:
            _agree(course, chance)
            for _round in range(WARM_UP):
                _slots(course, chance)
                _book(course, chance)
            course.times.clear()
        began, rounds = time.monotonic(), 0
        while rounds < asked.rounds and time.monotonic() - began < MOST_SECONDS:
            turns = [(course, turn) for course in courses for turn in (_slots, _book)]
            chance.shuffle(turns)
            for course, turn in turns:
                turn(course, chance)
            rounds += 1
        _report(courses, rounds=rounds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000], help="how many appointments")
    parser.add_argument("--million", action="store_true", help="also with 1,000,000 appointments")
    return parser.parse_args()


def _week(chance: random.Random) -> tuple[date, date]:
    """Monday to Friday of the next week or the one after."""
    today = datetime.now().date()  # noqa: DTZ005 (any week will do)
    monday = today + timedelta(days=7 - today.weekday() + 7 * chance.randrange(2))
    return monday, monday + timedelta(days=4)


def _slots(course: Course, chance: random.Random) -> tuple[Timed, Timed]:
    """Both sides asked for the same week of the same clinician, in random order."""
    clinician = chance.choice(course.ground.clinicians)
    first, last = _week(chance)
    query = {"clinician": clinician, "from": first.isoformat(), "to": last.isoformat()}
    _id, patient = chance.choice(course.patients)
    ours = urlencode({**query, "service": SERVICE, "modality": "video", "location": "OH"})
    asked = {
        "slots clinic": lambda: patient.call("GET", f"/api/v1/slots/?{ours}"),
        "slots floor": lambda: course.floor.call("GET", f"/slots/?{urlencode(query)}"),
    }
    found = _in_random_order(course, asked, chance)
    return found["slots clinic"], found["slots floor"]


def _book(course: Course, chance: random.Random) -> None:
    """The same free time booked on both sides; finding it is not timed."""
    person, patient = chance.choice(course.patients)
    clinician = chance.choice(course.ground.clinicians)
    first, _last = _week(chance)
    query = {"clinician": clinician, "from": first.isoformat(), "to": (first + timedelta(days=25)).isoformat()}
    ours = urlencode({**query, "service": SERVICE, "modality": "video", "location": "OH"})
    slot = chance.choice(patient.call("GET", f"/api/v1/slots/?{ours}").body)
    order = {
        "service": SERVICE,
        "start": slot["start"],
        "clinician": clinician,
        "location": "OH",
        "answers": WELL,
    }
    row = {
        "patient": person,
        "clinician": clinician,
        "service": SERVICE,
        "starts_at": slot["start"],
        "ends_at": slot["end"],
    }
    asked = {
        "book clinic": lambda: patient.call("POST", "/api/v1/visits/book/", order, expected=201),
        "book floor": lambda: course.floor.call("POST", "/book/", row, expected=201),
    }
    _in_random_order(course, asked, chance)


def _in_random_order(course: Course, asked: dict, chance: random.Random) -> dict[str, Timed]:
    found = {}
    for name in chance.sample(list(asked), len(asked)):
        found[name] = asked[name]()
        course.times[name].append(found[name])
    return found


def _agree(course: Course, chance: random.Random) -> None:
    """Before anything is measured: both sides find the same times (the asking patient's own visits apart)."""
    clinic, floor = _slots(course, chance)
    ours, theirs = ({slot["start"] for slot in timed.body} for timed in (clinic, floor))
    if not ours or not ours <= theirs or len(theirs - ours) > 8:
        raise SystemExit(f"The two sides do not find the same times: {len(ours)} and {len(theirs)}.")


def _report(courses: list[Course], *, rounds: int) -> None:
    load = os.getloadavg()[0]
    print(
        f"\n{rounds} rounds, interleaved at random. Both sides: granian, WSGI, one worker, one blocking thread, over "
        f"HTTP on loopback,\nPostgreSQL of our own, durable. Load of this machine: {load:.1f} on {os.cpu_count()} cores.\n"
    )
    line = "{:<40}{:>12}{:>10}{:>10}{:>8}{:>8}{:>6}"
    print(line.format("", "appointments", "p50 ms", "p95 ms", "ratio", "p95 r.", "SQL"))
    for what, words in (("slots", "a clinician-week of free times"), ("book", "one booking")):
        for course in courses:
            floor, clinic = (course.times[f"{what} {side}"] for side in ("floor", "clinic"))
            for side, timed in (("floor", floor), ("clinic", clinic)):
                print(
                    line.format(
                        f"{words}, {side}",
                        f"{course.ground.appointments:,}",
                        f"{_p50(timed):.1f}",
                        f"{_p95(timed):.1f}",
                        f"{_p50(timed) / _p50(floor):.2f}",
                        f"{_p95(timed) / _p95(floor):.2f}",
                        _statements(timed),
                    )
                )
    for what in ("slots", "book"):
        small, large = (_p50(course.times[f"{what} clinic"]) for course in (courses[0], courses[-1]))
        print(
            f"{what}, clinic: {courses[-1].ground.appointments:,} / {courses[0].ground.appointments:,} = {large / small:.2f}"
        )


def _p50(timed: list[Timed]) -> float:
    return statistics.median(one.milliseconds for one in timed)


def _p95(timed: list[Timed]) -> float:
    return statistics.quantiles((one.milliseconds for one in timed), n=20)[-1]


def _statements(timed: list[Timed]) -> str:
    low, high = min(one.statements for one in timed), max(one.statements for one in timed)
    return str(low) if low == high else f"{low}-{high}"


if __name__ == "__main__":
    main()
