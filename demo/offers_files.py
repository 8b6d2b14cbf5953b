"""Files of the offer in their real formats (data.inclusion pages, an LHEO catalogue), the same bytes for the same day.

`subgraphs.offers.sources` and `subgraphs.trainings.sources` read them as they read those of the producers.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson
from lxml import etree

from demo.offers_catalogue import (
    LIAISON,
    PROVIDERS,
    SERVICES,
    STRUCTURES,
    TRAININGS,
    Place,
    Service,
    Structure,
    Training,
)

PRODUCER = "demonstration"
AGE = timedelta(days=22)
"""The time since the producers changed their descriptions."""
FULL_SERVICE = f"{PRODUCER}--service-05"
"""The service to which the system of record refuses whoever is referred: it has no place left."""
LHEO = "http://www.lheo.org/2.3"


def write(folder: Path, today: date) -> dict[str, tuple[Path, ...]]:
    """Write the files under `folder`; return them by the name of their source."""
    structures_path = folder / "data-inclusion" / "structures.json"
    services_path = folder / "data-inclusion" / "services.json"
    catalogue = folder / "lheo" / "catalogue.xml"
    terms_path = folder / "dora" / "services.json"
    for path in (structures_path, catalogue, terms_path):
        path.parent.mkdir(parents=True, exist_ok=True)
    structures_path.write_bytes(_page(structures(today)))
    services_path.write_bytes(_page(services(today)))
    catalogue.write_bytes(_catalogue(today))
    terms_path.write_bytes(orjson.dumps(terms(), option=orjson.OPT_INDENT_2))
    return {"data-inclusion": (structures_path, services_path), "dora": (terms_path,), "lheo": (catalogue,)}


def terms() -> dict[str, Any]:
    """Return a page of DORA: how two services that data.inclusion does not describe here are referred to."""
    results = [
        {
            "id": str(uuid5(NAMESPACE_URL, f"service de DORA {number}")),
            "coach_orientation_modes": ["formulaire-dora"] if form else ["telephoner"],
            "beneficiaries_access_modes": ["telephoner"],
            "access_conditions": [],
            "credentials": ["Carte d'identité"],
            "is_orientable_with_form": form,
            "average_orientation_response_delay_days": days,
        }
        for number, (form, days) in enumerate(((True, 6), (False, None)), 1)
    ]
    return {"count": len(results), "next": None, "previous": None, "results": results}


def structures(today: date) -> list[dict[str, Any]]:
    """Return the structures of data.inclusion."""
    return [_structure(item, today) for item in STRUCTURES]


def services(today: date) -> list[dict[str, Any]]:
    """Return the services of data.inclusion."""
    return [_service(item, today) for item in SERVICES]


def _page(items: list[dict[str, Any]]) -> bytes:
    page = {"items": items, "total": len(items), "page": 1, "size": len(items), "pages": 1}
    return orjson.dumps(page, option=orjson.OPT_INDENT_2)


def _address(place: Place | None, position: str = "EXACT") -> dict[str, Any]:
    latitude, longitude = {
        "EXACT": (place and place.latitude, place and place.longitude),
        "MISSING": (None, None),
        "ZERO": (0.0, 0.0),
    }[position]
    return {
        "commune": place and place.name,
        "code_postal": place and place.postal_code,
        "code_insee": place and place.code,
        "adresse": place and "1 place de l'Exemple",
        "complement_adresse": None,
        "longitude": longitude,
        "latitude": latitude,
        "telephone": "+33639980090",
        "courriel": "contact@demonstration.example.org",
    }


def _structure(item: Structure, today: date) -> dict[str, Any]:
    return {
        "source": PRODUCER,
        "id": f"{PRODUCER}--structure-{item.number:02}",
        "nom": item.name,
        "date_maj": (today - AGE).isoformat(),
        "description": "Structure inventée pour la démonstration.",
        "lien_source": None,
        "siret": f"{LIAISON}{item.number:05}",
        **_address(item.place),
        "site_web": "https://demonstration.example.org",
        "horaires_accueil": "Mo-Fr 09:00-12:00,14:00-17:00",
        "accessibilite_lieu": None,
        "reseaux_porteurs": [item.network] if item.network else None,
    }


def _service(item: Service, today: date) -> dict[str, Any]:
    return {
        "source": PRODUCER,
        "structure_id": f"{PRODUCER}--structure-{item.structure:02}",
        "id": f"{PRODUCER}--service-{item.number:02}",
        "nom": item.name,
        "description": "Service inventé pour la démonstration.",
        "lien_source": None,
        "date_maj": (today - AGE).isoformat(),
        "type": item.type,
        "thematiques": list(item.thematics),
        "frais": "gratuit",
        "frais_precisions": None,
        "publics": list(item.publics),
        "publics_precisions": None,
        "conditions_acces": "Sur rendez-vous.",
        **_address(item.place, item.position),
        "modes_accueil": ["en-presentiel" if item.place else "a-distance"],
        "zone_eligibilite": [item.place.code[:2]] if item.place else ["france"],
        "contact_nom_prenom": None,
        "lien_mobilisation": None,
        "modes_mobilisation": ["telephoner"],
        "mobilisable_par": ["professionnels", "usagers"],
        "mobilisation_precisions": None,
        "volume_horaire_hebdomadaire": None,
        "nombre_semaines": None,
        "horaires_accueil": None,
    }


def _catalogue(today: date) -> bytes:
    root = etree.Element(f"{{{LHEO}}}lheo", nsmap={None: LHEO})  # type: ignore[dict-item]
    offers = _child(root, "offres")
    for training in TRAININGS:
        _training(offers, training, today)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _training(offers: etree._Element, item: Training, today: date) -> None:
    formation = _child(offers, "formation", numero=item.number, datemaj=f"{today - AGE:%Y%m%d}")
    domain = _child(formation, "domaine-formation")
    for code in item.formacodes:
        _child(domain, "code-FORMACODE", code, ref="V14")
    for code in item.romes:
        _child(domain, "code-ROME", code)
    _child(formation, "intitule-formation", item.title)
    _child(formation, "objectif-formation", "Formation inventée pour la démonstration.")
    _child(formation, "certifiante", "0")
    _child(formation, "code-niveau-entree", "0")
    action = _child(formation, "action", numero=f"A-{item.number}")
    _child(action, "modalites-enseignement", "0")
    address = _child(_child(_child(action, "lieu-de-formation"), "coordonnees"), "adresse")
    _child(address, "codepostal", item.place.postal_code)
    _child(address, "ville", item.place.name)
    _child(address, "code-INSEE-commune", item.place.code)
    _child(action, "modalites-entrees-sorties", "0")
    for number, first, last, state in item.sessions:
        session = _child(action, "session", numero=number)
        period = _child(session, "periode")
        _child(period, "debut", f"{today + timedelta(first):%Y%m%d}")
        _child(period, "fin", f"{today + timedelta(last):%Y%m%d}")
        _child(session, "etat-recrutement", state)
    provider = _child(formation, "organisme-formation-responsable")
    _child(provider, "numero-activite", f"99{item.department.replace('A', '0'):>02}0000001")
    _child(_child(provider, "SIRET-organisme-formation"), "SIRET", PROVIDERS[item.department])
    _child(provider, "nom-organisme", f"Organisme de formation de démonstration {item.department}")


def _child(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{LHEO}}}{name}", attributes)
    element.text = text
    return element
