"""SQL of the plain resolvers: every statement takes its parents' keys as `$1` and returns them in `key`."""

PERSONS = """SELECT id, civility, first_name, last_name, birth_name, birth_date, birth_city_code FROM people.person
WHERE id IN (SELECT person_id FROM access.link WHERE link.key = '2 ' || $1::text) ORDER BY id LIMIT $2"""
PERSON = """SELECT id, civility, first_name, last_name, birth_name, birth_date, birth_city_code FROM people.person
WHERE id = $1"""
CONTACT = """SELECT person_id AS key, email, phones, postal_code, city, city_code FROM people.contact
WHERE person_id = ANY ($1::uuid[])"""
RSA = "SELECT person_id AS key, status, rights_and_duties_since FROM people.rsa WHERE person_id = ANY ($1::uuid[])"
REFERENT = """SELECT DISTINCT ON (person_id) person_id AS key, since, agent_id, structure_id FROM people.referent
WHERE person_id = ANY ($1::uuid[]) ORDER BY person_id, since DESC, id"""
AGENT = "SELECT id AS key, first_name, last_name FROM people.agent WHERE id = ANY ($1::uuid[])"
CONSTRAINTS = """SELECT person_id AS key, theme, state, impact FROM people.person_constraint
WHERE person_id = ANY ($1::uuid[]) ORDER BY id"""
CONTRACTS = """SELECT person_id AS key, kind, signed_on, ends_on FROM people.contract
WHERE person_id = ANY ($1::uuid[]) ORDER BY signed_on, id"""
ORIENTATIONS = """SELECT person_id AS key, pathway, starts_on, structure_id FROM people.orientation
WHERE person_id = ANY ($1::uuid[]) ORDER BY starts_on, id"""
ORGANISATION = "SELECT id AS key, name FROM appointments.organisation WHERE id = ANY ($1::uuid[])"
STRUCTURE = "SELECT id AS key, name, siret FROM offers.structure WHERE id = ANY ($1::text[])"
SERVICE = "SELECT id AS key, name, structure_id FROM offers.service WHERE id = ANY ($1::text[])"
COMPANY = "SELECT id AS key, name, kind FROM offers.company WHERE id = ANY ($1::text[])"
SESSION = "SELECT id AS key, starts_on, training_id FROM trainings.training_session WHERE id = ANY ($1::text[])"
TRAINING = "SELECT id AS key, title FROM trainings.training WHERE id = ANY ($1::text[])"


def _page(columns: str, table: str, order: str) -> str:
    """Limit a statement to the first `$2` rows of each person."""
    rows = f"SELECT {columns} FROM {table} WHERE person_id = person.key ORDER BY {order} LIMIT $2"  # noqa: S608
    return f"SELECT key, found.* FROM unnest($1::uuid[]) AS person (key), LATERAL ({rows}) AS found"  # noqa: S608


# The orders of the lists that the hub declares, on values that the référent reads.
APPOINTMENTS = _page(
    "starts_at, mode, status, motive_category, organisation_id", "appointments.appointment", "starts_at, id"
)
REFERRALS = _page("status, sent_on, service_id", "offers.referral", "sent_on DESC, id")
APPLICATIONS = _page("state, company_id", "offers.job_application", "created_at DESC NULLS LAST, id")
IMMERSIONS = _page("status, starts_on, ends_on", "offers.immersion_agreement", "starts_on DESC, id")
PLACEMENTS = _page("status, session_id", "trainings.placement", "proposed_on DESC NULLS LAST, id")

SUGGESTED = """
SELECT person.key, found.*
FROM unnest($1::uuid[]) AS person (key)
JOIN people.contact ON contact.person_id = person.key
JOIN offers.commune AS here ON here.code = contact.city_code
CROSS JOIN LATERAL (
    SELECT array_agg(CASE theme WHEN 'MOBILITE' THEN 'mobilite' WHEN 'FAMILLE' THEN 'famille'
                     WHEN 'LOGEMENT' THEN 'logement-hebergement' WHEN 'NUMERIQUE' THEN 'numerique' END) AS called
    FROM people.person_constraint WHERE person_id = person.key AND state = 'OUI'
) AS needs
CROSS JOIN LATERAL (
    SELECT service.id, service.name, service.thematics, service.structure_id, km AS distance_km
    FROM offers.service
    CROSS JOIN LATERAL (
        SELECT power(sin(radians(at_latitude - here.latitude) / 2), 2) + cos(radians(here.latitude))
            * cos(radians(at_latitude)) * power(sin(radians(at_longitude - here.longitude) / 2), 2) AS half
    ) AS chord
    CROSS JOIN LATERAL (
        SELECT floor(2 * 6371.0088::float8 * asin(sqrt(least(1, half))) * 10 + 0.5::float8) / 10 AS km
    ) AS distance
    WHERE at_latitude BETWEEN here.latitude - 0.451 AND here.latitude + 0.451 AND km <= 50
        AND at_longitude BETWEEN here.longitude - 0.451 / cos(radians(here.latitude))
            AND here.longitude + 0.451 / cos(radians(here.latitude))
    ORDER BY km + CASE WHEN service.categories && needs.called THEN 0 ELSE 100000 END, service.id
    LIMIT $2
) AS found"""
"""Services within 50 km, those that answer a constraint first, then the nearest (`Person.suggestedServices`). All
services of the bench have a place."""
