"""The register of sources: keys of `sources.toml` turned into citations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from oncology_clinic.decisions import Citation, Confidence


class Sources:
    """Citations by key. The confidence belongs to the fact that cites, so it is given with each look-up."""

    def __init__(self, rows: Mapping[str, Mapping[str, Any]]) -> None:
        self._citations = {key: Citation(**row) for key, row in rows.items()}

    def cite(self, key: str, *, confidence: str = Confidence.clinic_policy) -> Citation:
        """The citation of a key with the confidence of the fact; `KeyError` names a key nobody registered."""
        return replace(self._citations[key], confidence=Confidence(confidence))
