"""Changes of the rows of people are noted in `access.change` (docs/decisions/0101)."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NOTED = {
    "immersion_agreement": (
        "r.person_id",
        "r.organisation_siret",
        "r.recorded_by",
        ("CASE r.sensitivity WHEN 'SAN' THEN 65536 WHEN 'JUST' THEN 131072 WHEN 'SEJ' THEN 262144 ELSE 0 END"),
    ),
    "job_application": (
        "r.person_id",
        "r.organisation_siret",
        "r.recorded_by",
        (
            "CASE (SELECT employer.sensitivity FROM offers.company AS employer WHERE employer.id = r.company_"
            "id) WHEN 'SAN' THEN 65536 WHEN 'JUST' THEN 131072 WHEN 'SEJ' THEN 262144 ELSE 0 END"
        ),
    ),
    "pass_iae": (
        "r.person_id",
        "NULL",
        "NULL",
        "0",
    ),
    "referral": (
        "r.person_id",
        "r.organisation_siret",
        "r.recorded_by",
        (
            "CASE (SELECT CASE WHEN (told.thematics && ARRAY['difficultes-administratives-ou-juridiques--pren"
            "dre-en-compte-une-problematique-judiciaire']::text[]) THEN 'JUSTICE' WHEN (cardinality(told.publ"
            "ics) > 0 AND (told.publics <@ ARRAY['personnes-en-situation-juridique-specifique', 'personnes-ex"
            "ilees', 'personnes-en-situation-de-handicap']::text[]) AND (told.publics && ARRAY['personnes-en-"
            "situation-juridique-specifique']::text[])) THEN 'JUSTICE' WHEN (told.thematics && ARRAY['difficu"
            "ltes-administratives-ou-juridiques--accompagnement-pour-lacces-a-la-citoyennete']::text[]) THEN "
            "'SEJOUR' WHEN (cardinality(told.publics) > 0 AND (told.publics <@ ARRAY['personnes-en-situation-"
            "juridique-specifique', 'personnes-exilees', 'personnes-en-situation-de-handicap']::text[]) AND ("
            "told.publics && ARRAY['personnes-exilees']::text[])) THEN 'SEJOUR' WHEN (cardinality(told.public"
            "s) > 0 AND (told.publics <@ ARRAY['personnes-en-situation-juridique-specifique', 'personnes-exil"
            "ees', 'personnes-en-situation-de-handicap']::text[]) AND (told.publics && ARRAY['personnes-en-si"
            "tuation-de-handicap']::text[])) THEN 'SANTE' WHEN (told.categories && ARRAY['sante']::text[]) TH"
            "EN 'SANTE' WHEN (told.categories && ARRAY['mobilite']::text[]) THEN 'MOBILITE' WHEN (told.catego"
            "ries && ARRAY['famille']::text[]) THEN 'FAMILLE' WHEN (told.categories && ARRAY['lecture-ecritur"
            "e-calcul']::text[]) THEN 'LANGUE_CALCUL' WHEN (told.categories && ARRAY['logement-hebergement']:"
            ":text[]) THEN 'LOGEMENT' WHEN (told.categories && ARRAY['difficultes-financieres']::text[]) THEN"
            " 'FINANCES' WHEN (told.categories && ARRAY['difficultes-administratives-ou-juridiques']::text[])"
            " THEN 'ADMIN_JURIDIQUE' WHEN (told.categories && ARRAY['numerique']::text[]) THEN 'NUMERIQUE' WH"
            "EN (told.categories && ARRAY['remobilisation']::text[]) THEN 'INSERTION_COMMUNICATION' END AS an"
            "on_1 FROM offers.service AS told WHERE told.id = r.service_id) WHEN 'JUSTICE' THEN 131072 WHEN '"
            "SANTE' THEN 65536 WHEN 'SEJOUR' THEN 262144 ELSE 0 END | CASE (SELECT CASE WHEN (bearer.id IS NU"
            "LL) THEN 'UNKNOWN' ELSE bearer.sensitivity END AS anon_1 FROM offers.service AS offered LEFT OUT"
            "ER JOIN offers.structure AS bearer ON bearer.id = offered.structure_id WHERE offered.id = r.serv"
            "ice_id) WHEN 'SAN' THEN 65536 WHEN 'JUST' THEN 131072 WHEN 'SEJ' THEN 262144 ELSE 0 END | CASE ("
            "SELECT prescriber.sensitivity FROM offers.structure AS prescriber WHERE prescriber.id = r.prescr"
            "iber_structure_id) WHEN 'SAN' THEN 65536 WHEN 'JUST' THEN 131072 WHEN 'SEJ' THEN 262144 ELSE 0 E"
            "ND"
        ),
    ),
}
"""By table, SQL over a row `r`: its person, owner and recorder, and bits of the categories for which it is dropped."""
TRANSITIONS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
}


def upgrade() -> None:
    """A trigger for each event of each table."""
    for table, expressions in NOTED.items():
        arguments = ", ".join("'" + text.replace("'", "''") + "'" for text in expressions)
        for event, transition in TRANSITIONS.items():
            statement = (
                f"CREATE TRIGGER note_{event.lower()} AFTER {event} ON offers.{table} {transition}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION access.note_change({arguments})"
            )
            op.execute(statement.replace(":", r"\:"))
