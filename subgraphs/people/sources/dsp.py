"""Source `dsp`: answers to the questionnaire of the CNAF on socio-professional data, in a form of our own.

No public file or interface has them: the CNAF sends them within its own flux. JSON Lines, UTF-8; a line is all answers
of one adult of a dossier, as codes of the CNAF's lists (docs/domain.md#dsp), of which a later line replaces all:

    {"departement": "08", "organisme": "CAF:081", "matricule": "0810001", "role": "DEM", "nir": "2850578006084",
     "nom": "Ardoisier", "prenom": "Maëlle", "date_naissance": "1988-03-14", "maj": "2026-11-02T09:30:00+01:00",
     "reponses": {"nivetu": "1203", "toppermicondub": "0", "difdisp": ["0502", "0507"], "natlog": "0901"}}

`nir`, or `matricule` and `role`, find the adult with its birth date, else its names within the département; nobody is
made. The matricule is not tied to the organisme: who is in a dossier, only the flux says. Lists
that `FIELDS` tells as unread are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from schema.confidential import Confidential
from schema.days import day_of
from subgraphs.kit.ingest.excerpts import Lines
from subgraphs.kit.ingest.ingestion_report import Numbered, Outcome, Refused, Report, SetAside
from subgraphs.kit.ingest.json_lines import content_of, lines
from subgraphs.kit.ingest.json_records import convert
from subgraphs.kit.ingest.person_registry import People, PersonRecord
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.text_forms import chosen, matricule, utc
from subgraphs.kit.ingest.unit_of_work import Options, RecordGroup, Session, Source, read_files, write_group
from subgraphs.kit.ingest.unread_fields import UnreadFields
from subgraphs.people import journey_tables, tables
from subgraphs.people.sources import dsp_codes as codes

NAME = "dsp"
T = TypeVar("T")
ROLES = {"DEM": "DEMANDEUR", "CJT": "CONJOINT"}
Answer = str | tuple[str, ...] | None


class Answers(Confidential, frozen=True):
    """The answers of one adult of a dossier."""

    departement: Annotated[str, msgspec.Meta(pattern=r"^(\d{2,3}|2[AB])$")]
    organisme: Annotated[str, msgspec.Meta(pattern=r"^(CAF|MSA):")]
    matricule: str
    role: Literal["DEM", "CJT"]
    date_naissance: date
    maj: Annotated[datetime, msgspec.Meta(tz=True)]
    reponses: Mapping[str, Answer]
    nir: str | None = None
    nom: str | None = None
    prenom: str | None = None


_THEME = "Constraint.theme Constraint.state"
FIELDS: Fields = {
    "departement": Used.SCOPE,
    ("organisme", "matricule", "role"): (Used.RECORD, Used.MATCH),
    "nir": Used.NIR,
    "nom": "Person.lastName",
    "prenom": "Person.firstName",
    "date_naissance": "Person.birthDate",
    "maj": ("Constraint.recordedOn", Used.AS_OF),
    "reponses.": {
        "nivetu": "Education.level Education.code",
        "nivdipmaxobt": "Education.diploma",
        "toppermicondub": "Person.drivingLicence",
        "topmoyloco": "Person.ownTransport",
        ("difsoc", "difdisp", "difsocpro", "diflog", "natlog"): _THEME,
        ("sitpersdemrsa", "suivimedical", "nataccosocfam", "nataccosocindi", "topisogroouenf"): Unkept.REVEALING,
        ("accosocfam", "accosocindi", "soutdemarsoc", "topcouvsoc", "confort"): Unkept.NO_PURPOSE,
        ("statutoccupation", "demarlog", "drorsarmianta2", "topdrorsarmiant"): Unkept.NO_PURPOSE,
        ("hispro", "cessderact", "duractdomi", "inscdememploi", "accoemploi"): Unkept.NOT_SERVED_YET,
        ("natmob", "moytrans", "projpro", "freinform", "concoformqualiemploi"): Unkept.NOT_SERVED_YET,
        ("topautrpermicondu", "topcompeextrapro", "topcreareprientre", "topdomideract"): Unkept.NOT_SERVED_YET,
        ("topengdemarechemploi", "topisogrorechemploi", "topprojpro", "topqualipro"): Unkept.NOT_SERVED_YET,
    },
}
UNREAD = UnreadFields(FIELDS)


class Dsp(Source):
    """Reads answers into `people`."""

    name = NAME
    reads = (
        "réponses au questionnaire socio-professionnel de la CNAF (DSP), une ligne JSON par adulte d'un dossier ; "
        "après le flux ; aucun format n'en est publié, celui-ci est du hub"
    )
    role = "people_ingest"
    pieces = Lines()
    fields = FIELDS

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given."""
        return await read_files(self.name, paths, session, self._records, write_group)

    def _records(self, path: Path) -> Iterator[Numbered[RecordGroup]]:
        for number, line in lines(path):
            try:
                content = content_of(line)
                answers = convert(content, Answers)
            except Refused as refused:
                yield Numbered(number, refused)
            else:
                yield Numbered(number, _Adult(self.people, answers), UNREAD.of_json(content))


@dataclass(frozen=True, slots=True, repr=False)
class _Adult:
    """One line of one file."""

    people: People
    answers: Answers

    async def write(self, store: Store) -> Outcome:
        answers = self.answers
        number = matricule(answers.matricule)
        if number is None:
            raise Refused("SCHEMA_INVALID", "matricule")
        as_of = utc(answers.maj, "maj")
        key = self.people.opaque_key(NAME, answers.organisme, number, answers.role, str(answers.date_naissance))
        if not await store.admit(tables.source_record, NAME, key, as_of):
            return Outcome.OLDER
        level = _single_value(answers, "nivetu", {code: code for code in codes.EDUCATION_LEVELS}, store.set_aside)
        record = PersonRecord(
            source=NAME,
            source_id=key,
            as_of=as_of,
            first_name=answers.prenom or None,
            last_name=answers.nom or None,
            birth_date=answers.date_naissance,
            nir=answers.nir or None,
            matricule=self.people.covered(number, answers.organisme),
            role=ROLES[answers.role],
            department=answers.departement,
            education_level=None if level is None else codes.EDUCATION_LEVELS[level],
            education_code=level,
            diploma=_single_value(answers, "nivdipmaxobt", codes.DIPLOMAS, store.set_aside),
            driving_licence=_single_value(answers, "toppermicondub", codes.FLAGS, store.set_aside),
            own_transport=_single_value(answers, "topmoyloco", codes.FLAGS, store.set_aside),
            by_identity=True,
        )
        person_id = await self.people.put(store, record)
        themes = _themes(answers, store.set_aside)
        for row in await store.all(journey_tables.constraint, person_id=person_id):
            if row["source"] == NAME and row["source_id"].startswith(f"{key}:") and row["theme"] not in themes:
                await store.delete(journey_tables.constraint, id=row["id"])
        for theme in sorted(themes):
            place = {"source": NAME, "source_id": f"{key}:{theme}"}
            values = {"person_id": person_id, "theme": theme, "state": "OUI", "recorded_on": day_of(as_of)}
            await store.put(journey_tables.constraint, place, {**values, "as_of": as_of}, new={"id": store.new_key()})
        return store.outcome


def _codes_of(answers: Answers, name: str) -> tuple[str, ...]:
    """The codes given for a list, which may have one or several."""
    answer = answers.reponses.get(name)
    return (answer,) if isinstance(answer, str) else answer or ()


def _single_value(answers: Answers, name: str, values: Mapping[str, T], set_aside: SetAside) -> T | None:
    """The value of the one code of a list; several are set aside, for nothing says which is meant."""
    answered = _codes_of(answers, name)
    if len(answered) > 1:
        set_aside("VALUE_UNKNOWN", f"reponses.{name}")
        return None
    return chosen(answered[0], values, f"reponses.{name}", set_aside) if answered else None


def _themes(answers: Answers, set_aside: SetAside) -> frozenset[str]:
    """The themes of all difficulties that are told."""
    themes = {
        chosen(code, values, f"reponses.{name}", set_aside)
        for name, values in codes.THEMES.items()
        for code in _codes_of(answers, name)
    }
    return frozenset(theme for theme in themes if theme is not None) - codes.NO_THEME
