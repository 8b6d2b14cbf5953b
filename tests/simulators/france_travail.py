"""France Travail: the token of a client, the search that gives a user's token, and the five answers under it."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.simulators.simulator import Simulator, error

CLIENT, SECRET, SCOPE = "client-hub", "secret-ft-c41f7e", "api_rechercher-usagerv2 rechercherusager"
PATHS = {
    "/informations-administratives/v1/usager": "informations",
    "/contrat-usager/v2/contrat": "contrat",
    "/donnees-rqth/v1/rqth": "rqth",
    "/orientationusager/v1/lectureOrientation": "orientations",
    "/diagnosticargumente/v4/dossiers": "diagnostic",
}
AGENT = ("pa-identifiant-agent", "pa-nom-agent", "pa-prenom-agent")


def user(number: str, born: str, **answers: Any) -> dict[str, Any]:
    """The answers about a user registered and followed by France Travail, unless said otherwise."""
    return {
        "informations": {
            "numeroFranceTravail": number,
            "adresses": [
                {
                    "codeInseeCommune": "08362",
                    "codePostal": "08300",
                    "complementAdresse": "CANARI-COMPLEMENT",
                    "libelleCommune": "RETHEL",
                    "numeroTypeLibelleVoie": "1 rue du Moulin",
                    "indicateurResidentQPV": "QP",
                }
            ],
            "emails": [{"adresseEmail": f"canari{number}@exemple.fr"}],
            "etatCivil": {
                "civilite": "M.",
                "dateNaissance": born,
                "nir": None,
                "nom": f"CANARINOM{number}",
                "nomCorrespondance": f"CANARINOM{number}",
                "prenom": f"CANARIPRENOM{number}",
                "prenomCorrespondance": "JOHN",
            },
            "telephones": [{"numeroTelephone": "0639980012"}],
        },
        "contrat": {
            "m_contrat": {
                "m_statut": "Inscrit",
                "m_date_effet_statut": "2025-06-28",
                "m_duree_inscription_12": 9,
                "m_duree_inscription_24": 16,
                "m_duree_inscription_36": 28,
                "m_motif_inscription_code": "11",
                "m_motif_inscription_lib": "CANARI-MOTIF",
                "m_categ_inscription_code": "1",
                "m_motif_cloture_lib": "CANARI-CLOTURE",
            }
        },
        "rqth": {
            "dateDebutRqth": "2024-01-20",
            "dateFinRqth": "9999-12-31",
            "source": "FRANCE TRAVAIL",
            "topValiditeRQTH": True,
        },
        "orientations": [orientation()],
        "diagnostic": {
            "besoinsParDiagnostic": [
                {
                    "diagnostic": {
                        "nomMetier": "Boulanger",
                        "codeRome": "D1102",
                        "codeAppellation": "11573",
                        "statut": "EN_COURS",
                        "estPrioritaire": True,
                        "agent": {"nom": "CANARI-AGENT"},
                    },
                    "thematiquesBesoins": [],
                }
            ],
            "thematiqueContrainte": {
                "contraintes": [
                    {
                        "code": "25",
                        "valeur": "OUI",
                        "impact": "FORT",
                        "dateExploration": "2026-05-17T16:47:11.000+02:00",
                    },
                    {"code": "23", "valeur": "NON_ABORDEE", "impact": None, "dateExploration": None},
                ]
            },
            "pouvoirAgir": {"resultatAnalyse": "CANARI-POUVOIR"},
            "autonomieNumerique": {"contrainte": {"code": "22", "valeur": "OUI", "impact": "FAIBLE"}},
        },
        **answers,
    }


def orientation(**changes: Any) -> dict[str, Any]:
    """An open orientation to France Travail."""
    return {
        "parcours": "PED",
        "organisme": "FT",
        "structure": {"code_safir": "08999", "libelle_structure": "CANARI-AGENCE"},
        "statut": "DECIDE",
        "etat": "OUVERT",
        "date_entree_parcours": "2026-08-01",
        "date_sortie_parcours": None,
        "motif_sortie_parcours": "CANARI-SORTIE",
        "criteres_orientation": {"boe": True, "contrainte_sante": "CANARI-SANTE"},
        "decision": {
            "etat_decision": "ACCEPTEE",
            "date_decision": "2026-07-28",
            "commentaire_refus": "CANARI-COMMENTAIRE",
        },
        **changes,
    }


class FranceTravailSimulator(Simulator):
    """The API over users by number; `tokens` and `user_tokens` are those that still open it, `refused` the answers to
    searches that find nobody, `broken` the numbers about which each question fails."""

    def __init__(self) -> None:
        super().__init__()
        self.users: dict[str, dict[str, Any]] = {}
        self.refused: dict[str, tuple[int, str]] = {}
        self.broken: set[str] = set()
        self.tokens: set[str] = set()
        self.user_tokens: dict[str, str] = {}
        self.asked: list[str] = []
        self.certified = "O"

    async def answer(self, request: Request) -> Response:
        """A token, a search or an answer about a user."""
        if request.url.path == "/connexion/oauth2/access_token":
            return await self._token(request)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return error(401, error="invalid_token")
        if not all(request.headers.get(name) for name in AGENT):
            return Response(status_code=302, headers={"location": "/"})
        if request.url.path == "/rechercher-usager/v2/usagers/par-numero-francetravail":
            return self._search((await request.json())["numeroFranceTravail"])
        number = self.user_tokens.get(request.headers.get("ft-jeton-usager", ""))
        if number is None:
            return error(401, error="jeton usager")
        content = self.users[number][PATHS[request.url.path]]
        return Response(status_code=204) if content is None else JSONResponse(content)

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        expected = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET, "scope": SCOPE}
        if request.url.query != "realm=%2Fagent" or form != expected:
            return error(400, error="invalid_client")
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        return JSONResponse({"token_type": "Bearer", "access_token": token, "expires_in": 1499, "scope": SCOPE})

    def _search(self, number: str) -> Response:
        self.asked.append(number)
        if number in self.broken:
            return error(500, codeRetour="R998")
        status, code = self.refused.get(number, (200, "S001" if number in self.users else "S002"))
        is_known = code == "S001"
        token = f"jeton-usager-{secrets.token_urlsafe(16)}" if is_known else None
        if token is not None:
            self.user_tokens[token] = number
        content = {
            "codeRetour": code,
            "jetonUsager": token,
            "topIdentiteCertifiee": self.certified if is_known else None,
        }
        return JSONResponse({"message": "CANARI-MESSAGE", **content}, status_code=status)
