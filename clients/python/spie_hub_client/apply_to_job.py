"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import JobApplicationState
from .fragments import Sent
from .inputs import ApplyToJobInput
from .runtime.models import DateTime, Model, Operation


class ApplyToJobData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « ApplyToJob »."""
    apply_to_job: ApplyToJobApplyToJob | None = field(name="applyToJob")
    """Candidate pour la personne auprès d'un employeur de l'inclusion : la candidature est transmise au système qui
    les tient, et n'y existe qu'une fois acceptée (« transmission »). — Catégorie : TECH"""


class ApplyToJobApplyToJob(Model, frozen=True, kw_only=True):
    """Candidature auprès d'un employeur de l'inclusion (Emplois de l'inclusion)."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    state: JobApplicationState | None
    """État, nul tant que le système qui la tient ne l'a pas dit. — Catégorie : PRO"""
    created_at: DateTime | None = field(name="createdAt")
    """Instant de création. — Catégorie : PRO"""
    transmission: Sent | None
    """Transmission au système qui tient l'élément, s'il a été écrit ici. — Catégorie : PRO"""


class ApplyToJob(Operation[ApplyToJobData], frozen=True, kw_only=True):
    """Présente la candidature de la personne à un employeur."""
    NAME = "ApplyToJob"
    DOCUMENT = """mutation ApplyToJob($input: ApplyToJobInput!) {
  applyToJob(input: $input) {
    id
    state
    createdAt
    transmission {
      ...Sent
    }
  }
}

fragment Sent on Transmission {
  state
  since
  reason
  systemCode
}"""
    DOCUMENT_ID = "9c07d9d00d75d403b85d32661c228e76c707972da84f359653316a3739ca234b"
    DATA = ApplyToJobData
    input: ApplyToJobInput
