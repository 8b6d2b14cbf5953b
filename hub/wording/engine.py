"""French words for the errors of the federation engine, by code.

The engine (`hub.federation`) speaks in codes, parameters and English messages; where it meets the hub, its errors
become the hub's here. A code with several causes has one entry per reason, `CODE/REASON`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import ParamSpec, TypeVar

from hub.document.faults import CONFLICT
from hub.document.places import DocumentPlaces
from hub.errors import DocumentRefused, FieldFailed, HubError, NotServed, RequestRefused, StartRefused
from hub.federation.errors import FederationError, FieldFailure
from schema.input_forms import FORMS

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

DOCUMENTS = {
    "DOCUMENT_COST_LIMIT": "L'opération peut coûter {count}, plus que la limite de {limit} : demandez des pages plus "
    "petites (« first ») ou moins de listes dans des listes.",
    "DOCUMENT_VALUES_LIMIT": "La réponse peut tenir {count} valeurs, plus que la limite de {limit} : demandez des "
    "pages plus petites (« first ») ou moins de champs.",
    "DOCUMENT_FIELD_CONFLICT": f"{CONFLICT}.",
    "DOCUMENT_INVALID/FIELD_UNKNOWN": "Champ inconnu.",
    "DOCUMENT_INVALID/ROOT_TYPE": "Ce type d'opération n'est pas servi.",
}

REQUESTS = {
    "PLAN_IMPOSSIBLE/FIELD_UNREACHABLE": "Aucun sous-graphe ne peut fournir « {coordinate} » à cet endroit.",
    "PLAN_IMPOSSIBLE/INTERFACE_OBJECT": "« {key} » a plusieurs sens selon le type de « {interface} », inconnu à cet "
    "endroit : prenez des alias.",
    "PLAN_IMPOSSIBLE/MUTATION_ORDER": "Le tour de « {key} » parmi les mutations dépend d'une condition : demandez-la "
    "une seule fois.",
    "PLAN_LIMIT": "Cette demande est trop complexe à préparer, développée par types et par sources : la limite est "
    "atteinte à « {coordinate} ». Découpez-la en plusieurs demandes, ou demandez moins de champs à cet endroit.",
}

UNSERVED = {
    "PLAN_DEADLINE": "Trop de documents nouveaux attendent leur préparation : celui-ci n'a pas eu son tour dans le "
    "délai de la requête. Réessayez, et envoyez les mêmes documents d'une requête à l'autre.",
}

STARTS = {
    "OVERRIDE_LABEL_UNKNOWN": "Le supergraphe n'a pas de reprise progressive d'étiquette « {label} ». Étiquettes "
    "connues : {labels}.",
    "SUPERGRAPH_INVALID": "Le supergraphe ne se lit pas, recomposez-le avec « hub compose » : {fault}{locations}",
    "TLS_INVALID": "Un certificat, sa clé ou des autorités ne se lisent pas, rien ne démarre : des fichiers PEM sont "
    "attendus, le certificat avec sa clé, sans mot de passe ({detail}).",
    "UNSUPPORTED_LINKED_FEATURE": "Le supergraphe suit « {url} », qui restreint l'accès et que le hub ne connaît pas : "
    "recomposez-le sans elle.",
}

REFUSALS: Mapping[str, tuple[type[HubError], str]] = MappingProxyType(
    {
        code: (kind, text)
        for kind, texts in (
            (DocumentRefused, DOCUMENTS),
            (RequestRefused, REQUESTS),
            (NotServed, UNSERVED),
            (StartRefused, STARTS),
        )
        for code, text in texts.items()
    }
)
"""Refusals of the engine: the hub's error and its text, by code and reason."""

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "NON_NULL_VIOLATED": "Une source de données n'a pas fourni une valeur obligatoire : signalez-le.",
        "REPRESENTATIONS_LIMIT": "Trop d'éléments à compléter d'un coup : demandez des pages plus petites.",
        "SUBGRAPH_BUSY": "Une source de données a trop de demandes en attente : réessayez plus tard.",
        "SUBGRAPH_CIRCUIT_OPEN": "Une source de données est laissée au repos après des pannes : réessayez plus tard.",
        "SUBGRAPH_ERROR": "Une source de données n'a pas pu fournir ce champ.",
        "SUBGRAPH_MALFORMED": "Une source de données a donné une réponse illisible, ou une valeur d'une autre forme "
        "que celle du schéma : signalez-le.",
        "SUBGRAPH_STATUS": "Une source de données a refusé ou échoué : réessayez plus tard.",
        "SUBGRAPH_TIMEOUT": "Une source de données a dépassé le délai : réessayez plus tard.",
        "SUBGRAPH_TLS": "Une source de données ne prouve pas qui elle est, ou refuse le hub : signalez-le.",
        "SUBGRAPH_TOO_LARGE": "La réponse d'une source de données est trop grande : demandez moins d'éléments.",
        "SUBGRAPH_UNREACHABLE": "Une source de données ne répond pas : réessayez plus tard.",
    }
)
"""Fields that failed, by the engine's own codes."""

SUBGRAPH_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "AGENT_NOT_YOURS": "Aucun autre agent de votre organisme n'est connu sous cet identifiant : choisissez-en un.",
        "APPOINTMENT_TO_COME": "Avant le jour du rendez-vous, personne n'y est venu (VU) ni n'y a manqué (ABSENT) : "
        "attendez ce jour, ou dites qu'il est annulé (ANNULE) ou que la personne s'est excusée (EXCUSE).",
        "BAD_FIRST": "Le nombre d'éléments par page va de 1 à 100, ou à la borne de l'application : corrigez "
        "« first ».",
        "BAD_IDENTITY": "L'identité à rapprocher n'a pas la forme attendue : donnez la date de naissance (AAAA-MM-JJ) "
        "et un NIR (13 caractères, ou 15 avec sa clé), un identifiant national (un matricule, avec son organisme et "
        "son rôle) ou celui d'un département.",
        "BAD_INPUT": "Une valeur passée en argument n'a pas la forme attendue : corrigez-la d'après le schéma.",
        "CHANGES_EXPIRED": "Ce qui a changé depuis ce curseur n'est plus tenu : relisez tout, sans « since », et "
        "remplacez votre copie.",
        "CHANGES_RESTART": "Ce curseur est d'un autre périmètre, d'autres règles, d'une autre requête ou d'une base "
        "restaurée : relisez tout, sans « since », et remplacez votre copie.",
        "CONTRACT_ENDED": "Ce contrat est arrivé à son terme : préparez-en un nouveau.",
        "CONTRACT_NOT_SIGNED": "Seul un contrat signé par les deux parties se renouvelle : faites-le d'abord signer.",
        "CONTRACT_SIGNED": "Cette partie a déjà signé le contrat : rien n'est à refaire.",
        "FILTER_TOO_WIDE": "Ce critère départagerait trop de personnes à la fois : ajoutez-y un nom (« lastName »), ou "
        "lisez la liste sans lui, page par page.",
        "FOLLOW_UP_ENDED": "Ce membre a déjà quitté le groupe de suivi : rien n'est à refaire.",
        "LIST_TOO_LONG": "Cette liste a plus de 100 éléments et n'est pas servie en partie : signalez-le.",
        "IDEMPOTENCY_KEY_REUSED": "Cette clé d'idempotence a déjà servi à une autre écriture : prenez-en une nouvelle "
        "pour chaque écriture, et la même pour la répéter.",
        "MEMBER_NOT_YOURS": "Ce membre du groupe de suivi n'est pas de votre organisme : seul le sien y met fin.",
        "NOT_A_PARTY": "Seul l'organisme qui a préparé le contrat peut le faire : demandez-le-lui.",
        "RECORDED_ELSEWHERE": "Cet élément est tenu par un autre système : changez-le là où il a été enregistré.",
        "STRUCTURE_NOT_OPEN": "Le hub ne peut orienter personne vers cette structure : choisissez-en une autre, ou "
        "orientez-la hors du hub.",
        "OFFER_UNKNOWN": "Rien n'a été écrit : le catalogue du hub n'a pas ce service, cet employeur, cette "
        "session ou cette offre d'immersion. Cherchez dans les listes de l'offre, et donnez son « id ».",
        "REVEALS_PROTECTED": "Rien n'a été écrit : cet élément dirait au système qui le tiendrait une donnée protégée "
        "(santé, justice, séjour) que le hub ne lui transmet pas. Faites-le directement auprès de lui.",
        "SUBSCRIPTION_ADDRESS": "Aucun abonnement n'a été fait : cette adresse n'est pas celle d'un serveur public "
        "connu. Donnez-en une, ou demandez à l'exploitant du hub d'admettre son réseau.",
        "SUBSCRIPTION_LIMIT": "Aucun abonnement n'a été fait : cette application en a autant que l'exploitant du hub "
        "l'admet. Mettez fin à l'un d'eux, ou demandez-lui d'en admettre davantage.",
        "SUBSCRIPTION_NOT_OPEN": "Cette application ne s'abonne pas elle-même : demandez-le à l'exploitant du hub, qui "
        "l'abonne ou l'y autorise (« subscriptions » de [[clients]]).",
        "SUBSCRIPTION_QUERY": "Aucun abonnement n'a été fait : sa requête n'est pas une « query » dont le seul champ "
        "racine est « changes », ou elle est refusée. Envoyez-la seule : la réponse dit ce qui est à corriger.",
        "SUBSCRIPTION_UNKNOWN": "Aucun abonnement de cet identifiant n'est le vôtre par cette application : "
        "« subscriptions » les dit. Il a pu prendre fin.",
        "SUBSCRIPTION_URL": "Aucun abonnement n'a été fait : les notifications vont à une adresse https d'au plus "
        "2 000 caractères, sans identifiant, mot de passe ni fragment.",
        "VERSION_CONFLICT": "Cet élément a changé depuis que vous l'avez lu, rien n'a été écrit : relisez-le, et "
        "refaites votre changement avec sa nouvelle version.",
        "WRITE_REFUSED": "Rien n'a été écrit : cette personne ou cet élément n'existe pas pour vous, ou vous ne pouvez "
        "pas y écrire. Lisez-le pour la même finalité : « extensions.access » dit ce qui le ferme, et ce qu'il "
        "faudrait.",
        "FORBIDDEN_INPUT": "Ce curseur n'est pas le vôtre, ou a été modifié : reprenez depuis la première page.",
    }
)
"""Fields that failed, by the codes of our subgraphs' errors that may leave."""


def refusal(error: FederationError) -> HubError:
    """The hub's error for a refusal of the engine; `detail` is the engine's English message."""
    parameters = dict(error.parameters)
    reason = parameters.pop("reason", None)
    kind, text = REFUSALS[error.code if reason is None else f"{error.code}/{reason}"]
    if isinstance(error.__cause__, FederationError):  # a field set of the supergraph
        parameters["fault"] = refusal(error.__cause__).message
    if "locations" in parameters:
        places = (f" (ligne {line}, colonne {column})" for line, column in parameters["locations"])
        parameters["locations"] = "".join(places)
    if "labels" in parameters:
        parameters["labels"] = ", ".join(parameters["labels"]) or "aucune"
    return kind(error.code, text.format_map(parameters), error.message)


def failed_fields(failures: Iterable[FieldFailure], places: DocumentPlaces) -> list[FieldFailed]:
    """The errors that clients get for fields that failed, with their places."""
    errors = [_failed_field(failure) for failure in failures]
    for error in errors:
        places.locate(error)
    return errors


def _failed_field(failure: FieldFailure) -> FieldFailed:
    argument, form = failure.parameters.get("input"), failure.parameters.get("expected")
    if argument is None or form is None:
        text = SUBGRAPH_FIELDS.get(failure.code) or FIELDS.get(failure.code) or FIELDS["SUBGRAPH_ERROR"]
        return FieldFailed(failure.code, text, failure.message, path=failure.path)
    text = f"« {argument} » n'a pas la forme attendue, {FORMS[form]} : corrigez sa valeur."
    extensions = {"input": argument, "expected": form}
    return FieldFailed(failure.code, text, failure.message, path=failure.path, extensions=extensions)


def call_engine(work: Callable[Arguments, Result], *arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
    """The result of a call of the engine; raises the hub's error where the engine refuses."""
    try:
        return work(*arguments, **options)
    except FederationError as error:
        raise refusal(error) from error
