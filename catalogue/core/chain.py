"""The keyed hash chain of the audit: what a row and a checkpoint are signed with. Pure functions; the key never enters the database.

Both keys are derived from SECRET_KEY. After a change of SECRET_KEY the former one stands in EARLIER_SECRET_KEYS and only verifies:
keys follow each other along a chain and never come back, so whoever holds a former key can write no newer row.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

CHAINED = (
    "district_id", "sequence", "at", "kind", "person_id", "actor", "acting_for_id", "action", "subject", "subject_id",
    "from_state", "to_state", "code", "fields", "request_id",
)  # fmt: skip
_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


@cache
def _derived(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), f"songxue audit {purpose}".encode(), "sha256")


def row_hash(secret: str, previous: str, row: Mapping[str, Any]) -> str:
    """HMAC-SHA256 over the previous hash and the row's canonical JSON (sorted keys, UTC to the second)."""
    plain = {name: row[name] for name in CHAINED}
    plain["at"] = row["at"].astimezone(UTC).isoformat(timespec="seconds")
    return hmac.digest(_derived(secret, "rows"), (previous + _canonical(plain)).encode(), "sha256").hex()


@dataclass(frozen=True)
class Checkpoint:
    """A signed word: row `sequence` of this chain had this hash. `purged`: the rows up to it were taken away past their retention."""

    district_id: int
    sequence: int
    hash: str
    at: datetime
    purged: bool = False
    signature: str = ""

    def signed(self, secret: str) -> str:
        """What its signature must be under this secret."""
        at = self.at.astimezone(UTC).isoformat(timespec="seconds")
        said = f"{self.district_id}:{self.sequence}:{self.hash}:{at}:{int(self.purged)}"
        return hmac.digest(_derived(secret, "checkpoints"), said.encode(), "sha256").hex()

    def genuine(self, secrets: tuple[str, ...]) -> bool:
        """Was it signed with one of these secrets?"""
        return any(hmac.compare_digest(self.signature, self.signed(secret)) for secret in secrets)

    def as_json(self) -> dict[str, Any]:
        """For a line of a file outside the database."""
        at = self.at.astimezone(UTC).isoformat(timespec="seconds")
        return {
            "district_id": self.district_id, "sequence": self.sequence, "hash": self.hash, "at": at, "purged": self.purged,
            "signature": self.signature,
        }  # fmt: skip

    @classmethod
    def of_json(cls, said: Mapping[str, Any]) -> "Checkpoint":
        """The reverse. Raises KeyError, TypeError or ValueError when it is none."""
        return cls(
            int(said["district_id"]), int(said["sequence"]), str(said["hash"]), datetime.fromisoformat(said["at"]),
            bool(said["purged"]), str(said["signature"]),
        )  # fmt: skip
