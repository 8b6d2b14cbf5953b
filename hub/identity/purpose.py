"""The purpose of a request: declared by it, granted by the token and by the organisation's agreement."""

from __future__ import annotations

from collections.abc import Mapping

from hub.errors import RequestRefused
from hub.identity.actor import Actor
from hub.policy.decide.policy_model import Purpose


class Purposes:
    """Decides the purpose of a request; `agreements`: purposes by organisation (SIRET), none by default."""

    def __init__(self, purposes: Mapping[str, Purpose], agreements: Mapping[str, frozenset[str]]) -> None:
        self._purposes, self._agreements = purposes, agreements

    def granted(self, actor: Actor) -> frozenset[str]:
        """The purposes that the token grants and so do the agreements of the organisation and of the partner whose
        application the actor uses."""
        granted = actor.purposes
        for organisation in (actor.organisation, actor.partner):
            if organisation is not None:
                granted &= self._agreements.get(organisation, frozenset())
        return granted

    def purpose(self, actor: Actor, declared: str | None) -> str:
        """The purpose's code; raises RequestRefused (PURPOSE_MISSING, PURPOSE_UNKNOWN, PURPOSE_NOT_GRANTED), with those
        that the actor may declare."""
        if declared is None:
            if len(actor.purposes) != 1:
                raise self._refused(
                    "PURPOSE_MISSING",
                    "Dites pour quelle finalité vous interrogez le hub, dans l'en-tête « Purpose »",
                    "no Purpose header, and the token grants several purposes or none",
                    actor,
                )
            (declared,) = actor.purposes
        purpose = self._purposes.get(declared)
        if purpose is None or purpose.abstract:
            wrong = "n'existe pas" if purpose is None else "en groupe d'autres, et ne se déclare pas elle-même"
            raise self._refused(
                "PURPOSE_UNKNOWN",
                f"La finalité de l'en-tête « Purpose » {wrong}",
                "the Purpose header names no purpose of purposes.toml that can be declared",
                actor,
            )
        if declared not in self.granted(actor):
            raise self._refused(
                "PURPOSE_NOT_GRANTED",
                f"La finalité « {purpose.label} » n'est pas accordée à votre jeton, à votre organisation ou à "
                "l'application dont vous vous servez : déclarez-en une autre, ou demandez-la par convention",
                "the purpose lies outside the token's grant or the organisation's agreement",
                actor,
                http_status=403,
            )
        return declared

    def reference(self, purpose: str) -> bool:
        """Whether a request for this purpose needs a case number."""
        return self._purposes[purpose].reference

    def _refused(
        self, code: str, message: str, detail: str, actor: Actor, http_status: int | None = None
    ) -> RequestRefused:
        granted = sorted(self.granted(actor))
        words = ", ".join(f"{purpose} ({self._purposes[purpose].label})" for purpose in granted)
        remedy = f"Vous pouvez déclarer : {words}." if granted else "Aucune ne vous est accordée : demandez-en une."
        return RequestRefused(
            code, f"{message}. {remedy}", detail, http_status=http_status, extensions={"purposes": granted}
        )
