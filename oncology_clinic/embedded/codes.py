"""`make codes`: the demo people and their one-time codes of this moment."""

from __future__ import annotations

import os
import time
from pathlib import Path

from oncology_clinic.embedded import welcome


def main() -> None:
    var = Path(os.environ.get("CLINIC_VAR") or Path(__file__).resolve().parents[2] / "var")
    print("\n".join(welcome.table(welcome.people(var / "demo.json"), now=time.time())))


if __name__ == "__main__":
    main()
