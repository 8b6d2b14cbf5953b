"""What each source says of a person is shown, by column: the hashes and keys that match stay closed."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SHOWN = """
    source, source_id, as_of, person_id, civility, first_name, last_name, birth_name, birth_date, email, phones,
    postal_code, city, city_code, rsa_status, rsa_requested_on, rsa_rights_and_duties, rsa_suspended_on,
    family_situation, dependent_children, birth_city_code, rsa_rights_and_duties_since, registered_on,
    registration_category, birth_country_code, identity_certified, street, work_situation, unemployment_insurance,
    specific_solidarity, income_month, income_band, rsa_suspension_reason, activity_bonus, education_code
"""


def upgrade() -> None:
    """Let the query role read these columns, of linked people only."""
    op.execute(f"GRANT SELECT ({SHOWN}) ON people.identity TO people_query")
    op.execute(
        "CREATE POLICY query ON people.identity FOR SELECT TO people_query USING"
        " (EXISTS (SELECT FROM access.link WHERE link.person_id = identity.person_id))"
    )
