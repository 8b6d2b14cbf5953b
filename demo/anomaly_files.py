"""One file per source, with records that its connector must refuse in its report without stopping."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson
from lxml import etree

from demo import (
    carnet_files,
    cnaf_files,
    contact_files,
    dsp_files,
    ft_answers_files,
    ft_files,
    journey_files,
    ouiform_files,
    rdvi_files,
    rights_files,
    rsa_answers_files,
    told_files,
)
from demo.cast import BY_SLUG, CD_08, RDVS, Person, Rdv

REFUSED = {
    "cnaf-flux": ("SCHEMA_INVALID",),
    "cnaf-contact": ("MATCH_CONFLICT", "SCHEMA_INVALID"),
    "rdv-insertion": ("WEBHOOK_SIGNATURE", "MATCH_CONFLICT", "ROW_SHAPE"),
    "ft-extrait": ("MATCH_SEVERAL", "LEADING_ZERO_LOST"),
    "france-travail": ("ANSWER_OF_OTHER",),
    "ft-actions": ("PERSON_UNKNOWN",),
    "api-particulier": ("MATCH_NONE",),
    "data-inclusion": ("SCHEMA_INVALID",),
    "dora": ("SCHEMA_INVALID",),
    "lheo": ("SCHEMA_INVALID",),
    "emplois": ("SCHEMA_INVALID",),
    "immersion-facile": ("DATE_INVALID",),
    "orientations": ("SCHEMA_INVALID",),
    "ouiform": ("PERSON_UNKNOWN",),
    "rendez-vous": ("SCHEMA_INVALID",),
    "referents": ("EMAIL_INVALID",),
    "carnet-structures": ("SCHEMA_INVALID",),
    "carnet-de-bord": ("MATCH_NONE",),
    "dsp": ("SCHEMA_INVALID",),
    "droits": ("MATCH_CONFLICT",),
}
"""The codes of the refusals by source, in the order of the files."""


def write(files: Mapping[str, tuple[Path, ...]], today: date, secret: bytes) -> dict[str, tuple[Path, ...]]:
    """Write the files beside those of their source; return them by source."""
    folders = {source: paths[0].parent for source, paths in files.items()}
    return {
        "cnaf-flux": (_flux(folders["cnaf-flux"], today),),
        "cnaf-contact": (_contacts(folders["cnaf-contact"]),),
        "rdv-insertion": _rdv_insertion(folders["rdv-insertion"], today, secret),
        "ft-extrait": (_extract(folders["ft-extrait"], today),),
        "france-travail": (_answers(folders["france-travail"], today),),
        "ft-actions": (_actions(folders["ft-actions"], today),),
        "api-particulier": (_rsa_answers(folders["api-particulier"], today),),
        "data-inclusion": (_structures(files["data-inclusion"][0]),),
        "dora": (_terms(files["dora"][0]),),
        "lheo": (_catalogue(files["lheo"][0]),),
        "emplois": (_application(files["emplois"][0], today),),
        "immersion-facile": (_convention(files["immersion-facile"][0], today),),
        "orientations": (_referral(files["orientations"][0], today),),
        "ouiform": (_placement(folders["ouiform"], today),),
        "rendez-vous": (_rendezvous(folders["rendez-vous"], today),),
        "referents": (_referent(folders["referents"], today),),
        "carnet-structures": (_nameless(folders["carnet-structures"]),),
        "carnet-de-bord": (_notebook(folders["carnet-de-bord"], today),),
        "dsp": (_questionnaire(folders["dsp"], today),),
        "droits": (_register(folders["droits"], today),),
    }


def _flux(folder: Path, today: date) -> Path:
    """A birth date that is not in the calendar."""
    person = BY_SLUG["firmin"]
    content = cnaf_files.flux([person], today.replace(day=1))
    return _written(folder / "RSABEM_anomalie.xml", content.replace(str(person.birth_date).encode(), b"1974-13-45"))


def _questionnaire(folder: Path, today: date) -> Path:
    """Answers of a role that a dossier does not have."""
    record = dsp_files.line(BY_SLUG["firmin"], {"nivetu": "1204"}, today) | {"role": "ENF"}
    return _written(folder / "reponses_anomalie.jsonl", dsp_files.lines([record]))


def _nameless(folder: Path) -> Path:
    """A structure without a name."""
    row = carnet_files.structure("")
    return _written(folder / "structures_anomalie.csv", carnet_files.table(carnet_files.STRUCTURES, [row]))


def _rsa_answers(folder: Path, today: date) -> Path:
    """An answer about someone whom no source has identified."""
    record = {**rsa_answers_files.answer(BY_SLUG["titouan"], today), "prenoms": "Inconnu"}
    return _written(folder / "reponses_anomalie.json", orjson.dumps({"results": [record]}))


def _answers(folder: Path, today: date) -> Path:
    """Answers about somebody else than was asked about."""
    record = ft_answers_files.answers(BY_SLUG["titouan"], today)
    record["informations"]["etatCivil"]["dateNaissance"] = "1974-12-24"
    return _written(folder / "reponses_anomalie.json", orjson.dumps({"results": [record]}))


def _notebook(folder: Path, today: date) -> Path:
    """A notebook of a person whom no source has identified."""
    item = carnet_files.item(carnet_files.NOTEBOOKS[0], today)
    item["beneficiary"] |= {"lastname": "Inconnue", "pe_number": None, "caf_number": None}
    return _written(folder / "carnets_anomalie.json", orjson.dumps([item]))


def _contacts(folder: Path) -> Path:
    """A dossier under someone else's names and NIR, and a matricule of letters."""
    person, victim = BY_SLUG["firmin"], BY_SLUG["maelle"]
    header, stolen, row = contact_files.contacts([replace(victim, dossier=person.dossier), person]).splitlines(
        keepends=True
    )
    number, _, rest = row.partition(b";")
    return _written(folder / "contacts_anomalie.csv", header + stolen + b"A" + number + b";" + rest)


def _rdv_insertion(folder: Path, today: date, secret: bytes) -> tuple[Path, ...]:
    """A notification that someone else signed, one whose keys name two people, a row with a cell too many."""
    forged = orjson.dumps(rdvi_files.rdv_message(RDVS[0], today))
    message = rdvi_files.rdv_message(Rdv(99, CD_08, 3, "rsa_orientation", (("anselme", "unknown"),)), today)
    other_id = rdvi_files.internal_id(BY_SLUG["basile"])
    message["data"]["users"][0] |= {
        "department_internal_id": other_id,
        "france_travail_id": BY_SLUG["anselme"].france_travail_id,
    }
    person = BY_SLUG["firmin"]
    row = rdvi_files.user_file([person]).rstrip() + b";\n"
    return (
        rdvi_files.webhook(folder / "anomalie-signature.json", forged, b"another secret"),
        rdvi_files.webhook(folder / "anomalie-identifiants.json", orjson.dumps(message), secret),
        _written(folder / "anomalie-usagers.csv", row),
    )


def _extract(folder: Path, today: date) -> Path:
    """A row that two people answer to, and a département without its zero."""
    people: dict[Person, tuple[str, ...]] = {BY_SLUG[slug]: ("dif_logement",) for slug in ("doriane-1", "firmin")}
    header, homonym, row = ft_files.extract(people, today).splitlines(keepends=True)
    return _written(folder / "extrait_pe_anomalie.csv", header + homonym + row.replace(b";08;", b";8;"))


def _actions(folder: Path, today: date) -> Path:
    """An action of a person whom the extract does not name."""
    header, row, *_ = ft_files.actions(today).splitlines(keepends=True)
    return _written(folder / "extrait_pe_actions_anomalie.csv", header + b"00000000" + row[8:])


def _structures(path: Path) -> Path:
    """A structure without a name."""
    structure = orjson.loads(path.read_bytes())["items"][0]
    return _written(path.with_stem(f"{path.stem}-anomalie"), orjson.dumps({"items": [{**structure, "nom": None}]}))


def _catalogue(path: Path) -> Path:
    """A training without a title."""
    root = deepcopy(etree.parse(path).getroot())
    offers = root[0]
    for formation in list(offers)[1:]:
        offers.remove(formation)
    title = offers[0].find("{*}intitule-formation")
    assert title is not None
    offers[0].remove(title)
    return _written(path.with_stem(f"{path.stem}-anomalie"), etree.tostring(root, encoding="UTF-8"))


def _application(path: Path, today: date) -> Path:
    """A state that is none of Les emplois."""
    record = {**journey_files.applications(today)["results"][0], "statut": "hired"}
    return _written(path.with_stem(f"{path.stem}-anomalie"), orjson.dumps({"count": 1, "results": [record]}))


def _convention(path: Path, today: date) -> Path:
    """An immersion that ends before it begins."""
    record = {**journey_files.conventions(today)[0], "dateEnd": "2001-01-01"}
    return _written(path.with_stem(f"{path.stem}-anomalie"), orjson.dumps(record))


def _terms(path: Path) -> Path:
    """A service of DORA that does not say whether its form takes a referral."""
    record = orjson.loads(path.read_bytes())["results"][0]
    content = orjson.dumps({"results": [{**record, "is_orientable_with_form": None}]})
    return _written(path.with_stem(f"{path.stem}-anomalie"), content)


def _referral(path: Path, today: date) -> Path:
    """A referral without the service."""
    record = {**journey_files.referrals(today)["results"][0], "service_id": None}
    return _written(path.with_stem(f"{path.stem}-anomalie"), orjson.dumps({"results": [record]}))


def _placement(folder: Path, today: date) -> Path:
    """A placement of a person whom no source names."""
    line = orjson.loads(ouiform_files.feed(today).splitlines()[0])
    line |= {"positionnement": "POS-9999", "personne": {"source": "rdv-insertion", "reference": "user:1"}}
    return _written(folder / "positionnements-anomalie.jsonl", orjson.dumps(line) + b"\n")


def _rendezvous(folder: Path, today: date) -> Path:
    """A rendez-vous in a state that there is not."""
    record = {**told_files.rendezvous(today), "rendezvous": "RDV-9999", "statut": "PEUT-ETRE"}
    return _written(folder / "rendez-vous-anomalie.jsonl", told_files.line(record))


def _referent(folder: Path, today: date) -> Path:
    """A referent without an e-mail address."""
    record = {**told_files.referent(today), "referent": "REF-9999", "agent": {"courriel": "NC"}}
    return _written(folder / "referents-anomalie.jsonl", told_files.line(record))


def _register(folder: Path, today: date) -> Path:
    """An objection with a wrong birth date."""
    person = BY_SLUG["firmin"]
    content = rights_files.register([rights_files.Right(person, today, opposition=True, limitation=False)])
    return _written(folder / "registre-anomalie.csv", content.replace(f"{person.birth_date:%d/%m}".encode(), b"06/12"))


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
