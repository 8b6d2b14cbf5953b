"""Tables of the schema `people`, with `journey_tables` and `review_tables`: its entities and migrations follow them.

One row of `identity` is what one record of one source says of one person. `person`, `contact`, `household`, `rsa`,
`allocations`, `resources`, `registration`, `disability` and `identifier` are consolidated from the `identity` rows of
that person and never written otherwise.
"""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from schema.facts import REVEALED
from subgraphs.kit.columns import (
    INTERNAL,
    identifier,
    instant,
    key,
    lineage,
    metadata_of,
    one_of,
    unmerged_person,
)
from subgraphs.people import values as v

metadata = metadata_of("people")

RSA_STATUSES = tuple(v.RsaStatus.__members__)
"""ETATDOSRSA 0 to 6, in the order of its codes (docs/domain.md#cnaf)."""


def subject(*, primary_key: bool = False) -> Column[str]:
    """The person whom the row is about; the row goes with it."""
    return Column(
        "person_id",
        UUID(as_uuid=False),
        ForeignKey("people.person.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


structure = Table(
    "structure",
    metadata,
    Column("id", Text(collation="C"), primary_key=True),
    identifier("sensitivity"),
    identifier("siret"),
    one_of("sensitivity", REVEALED),
)
"""Structures of the offer that follow people here, by their key there, with what following someone would reveal; those
with a SIRET are of an organisation to which a person may be oriented here."""


def followed_by() -> Column[str]:
    """The structure of the offer that a link leads to."""
    return Column("structure_id", Text(collation="C"), ForeignKey("people.structure.id"))


person = Table(
    "person",
    metadata,
    key(),
    Column("civility", Text),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("birth_name", Text),
    Column("birth_date", Date),
    identifier("last_name_key"),
    identifier("birth_name_key"),
    *lineage(),
    identifier("birth_city_code"),
    followed_by(),
    identifier("birth_country_code"),
    Column("identity_certified", Boolean),
    identifier("nir_last_digits"),
    Column("work_situation", Text),
    Column("in_priority_district", Boolean),
    Column("driving_licence", Boolean),
    Column("own_transport", Boolean),
    one_of("civility", v.Civility.__members__),
    one_of("work_situation", v.WorkSituation.__members__),
    UniqueConstraint("source", "source_id"),
    Index(None, "last_name_key", "birth_date"),
    Index(None, "birth_name_key", "birth_date"),
)

contact = Table(
    "contact",
    metadata,
    subject(primary_key=True),
    Column("email", Text),
    Column("phones", ARRAY(Text), nullable=False),
    Column("origin", Text, nullable=False),
    Column("authorisation", Text, nullable=False),
    Column("postal_code", Text),
    Column("city", Text),
    identifier("city_code"),
    *lineage(),
    identifier("address_source"),
    instant("address_as_of"),
    Column("street", Text),
    one_of("origin", v.ContactOrigin.__members__),
    one_of("authorisation", v.ContactAuthorisation.__members__),
    UniqueConstraint("source", "source_id"),
    Index(None, "city_code"),
)

identity = Table(
    "identity",
    metadata,
    *lineage(),
    subject(),
    Column("civility", Text),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("birth_name", Text),
    Column("birth_date", Date),
    Column("nir_hash", LargeBinary),
    identifier("organisme"),
    identifier("matricule"),
    Column("role", Text),
    identifier("france_travail_id"),
    identifier("department"),
    identifier("department_internal_id"),
    Column("email", Text),
    Column("phones", ARRAY(Text), nullable=False),
    Column("contact_origin", Text, nullable=False),
    Column("contact_authorisation", Text, nullable=False),
    Column("postal_code", Text),
    Column("city", Text),
    identifier("city_code"),
    Column("rsa_status", Text),
    Column("rsa_requested_on", Date),
    Column("rsa_rights_and_duties", Boolean),
    Column("rsa_suspended_on", Date),
    identifier("rsa_department"),
    Column("family_situation", Text),
    Column("dependent_children", Integer),
    identifier("birth_city_code"),
    Column("rsa_rights_and_duties_since", Date),
    Column("registered_on", Date),
    identifier("registration_category"),
    identifier("referent_organisation"),
    followed_by(),
    identifier("birth_country_code"),
    Column("identity_certified", Boolean),
    identifier("nir_last_digits"),
    identifier("request_number"),
    Column("street", Text),
    Column("work_situation", Text),
    Column("unemployment_insurance", Boolean),
    Column("specific_solidarity", Boolean),
    Column("income_month", Date),
    Column("income_band", Text),
    Column("earned_income", Boolean),
    Column("rsa_suspension_reason", Text),
    identifier("pass_iae"),
    Column("activity_bonus", Boolean),
    Column("education_level", Text),
    identifier("education_code"),
    Column("diploma", Text),
    Column("driving_licence", Boolean),
    Column("own_transport", Boolean),
    Column("rsa_beneficiary", Boolean),
    Column("rsa_entitled_since", Date),
    Column("rsa_increased", Boolean),
    Column("registration_status", Text),
    Column("registered_months_in_last_year", Integer),
    Column("registered_months_in_last_two_years", Integer),
    Column("registered_months_in_last_three_years", Integer),
    Column("in_priority_district", Boolean),
    Column("rqth_starts_on", Date),
    Column("rqth_ends_on", Date),
    Column("employment_obligation", Boolean),
    *unmerged_person(),
    Column("birth_place_hash", LargeBinary),
    one_of("registration_status", v.RegistrationStatus.__members__),
    one_of("civility", v.Civility.__members__),
    one_of("role", v.DossierRole.__members__),
    one_of("rsa_status", RSA_STATUSES),
    one_of("work_situation", v.WorkSituation.__members__),
    one_of("income_band", v.IncomeBand.__members__),
    one_of("education_level", v.EducationLevel.__members__),
    one_of("diploma", v.Diploma.__members__),
    one_of("rsa_suspension_reason", v.SuspensionReason.__members__),
    one_of("contact_origin", v.ContactOrigin.__members__),
    one_of("contact_authorisation", v.ContactAuthorisation.__members__),
    PrimaryKeyConstraint("source", "source_id"),
    Index(None, "person_id"),
    Index(None, "nir_hash"),
    Index(None, "france_travail_id"),
    Index(None, "department", "department_internal_id"),
    Index(None, "matricule"),
    Index(None, "email"),
    Index(None, "phones", postgresql_using="gin"),
    info=INTERNAL,
)

dossier_contact = Table(
    "dossier_contact",
    metadata,
    identifier("organisme", nullable=False),
    identifier("matricule", nullable=False),
    Column("email", Text),
    Column("phones", ARRAY(Text), nullable=False),
    *lineage(),
    PrimaryKeyConstraint("organisme", "matricule"),
    info=INTERNAL,
)
"""Ways of contact of a dossier of the CNAF, which are those of whoever is an adult of it at the time."""

household = Table(
    "household",
    metadata,
    subject(primary_key=True),
    Column("family_situation", Text),
    Column("dependent_children", Integer),
    *lineage(),
    Column("partner_id", UUID(as_uuid=False), ForeignKey("people.person.id", ondelete="SET NULL")),
    UniqueConstraint("source", "source_id"),
    Index(None, "partner_id"),
)
"""`partner_id` is not consolidated from the person's own rows: `couples` writes it, from those of the whole dossier."""

rsa = Table(
    "rsa",
    metadata,
    subject(primary_key=True),
    Column("status", Text),
    Column("requested_on", Date),
    Column("rights_and_duties", Boolean),
    Column("suspended_on", Date),
    *lineage(),
    Column("rights_and_duties_since", Date),
    Column("suspension_reason", Text),
    Column("beneficiary", Boolean),
    Column("entitled_since", Date),
    Column("increased", Boolean),
    one_of("status", RSA_STATUSES),
    one_of("suspension_reason", v.SuspensionReason.__members__),
    UniqueConstraint("source", "source_id"),
)

allocations = Table(
    "allocations",
    metadata,
    subject(primary_key=True),
    Column("unemployment_insurance", Boolean),
    Column("specific_solidarity", Boolean),
    *lineage(),
    Column("activity_bonus", Boolean),
    UniqueConstraint("source", "source_id"),
)

education = Table(
    "education",
    metadata,
    subject(primary_key=True),
    Column("level", Text),
    identifier("code"),
    *lineage(),
    Column("diploma", Text),
    one_of("level", v.EducationLevel.__members__),
    one_of("diploma", v.Diploma.__members__),
    UniqueConstraint("source", "source_id"),
)
"""`code` is what the source says, in its own list."""

resources = Table(
    "resources",
    metadata,
    subject(primary_key=True),
    Column("month", Date, nullable=False),
    Column("band", Text),
    Column("earned", Boolean),
    *lineage(),
    one_of("band", v.IncomeBand.__members__),
    UniqueConstraint("source", "source_id"),
)
"""Of the person's household the band, of the person itself whether it earned, both in the last month told."""

registration = Table(
    "registration",
    metadata,
    subject(primary_key=True),
    Column("status", Text, nullable=False),
    identifier("category_code"),
    Column("registered_on", Date),
    *lineage(),
    Column("months_in_last_year", Integer),
    Column("months_in_last_two_years", Integer),
    Column("months_in_last_three_years", Integer),
    one_of("status", v.RegistrationStatus.__members__),
    UniqueConstraint("source", "source_id"),
)

disability = Table(
    "disability",
    metadata,
    subject(primary_key=True),
    Column("rqth_starts_on", Date),
    Column("rqth_ends_on", Date),
    Column("employment_obligation", Boolean),
    *lineage(),
    UniqueConstraint("source", "source_id"),
)
"""The RQTH that ends last among those that a source states (9999-12-31: for life), and whether the person benefits from
the obligation to employ disabled workers; no row if nothing of it is known."""

sector_identifier = Table(
    "identifier",
    metadata,
    subject(),
    Column("kind", Text, nullable=False),
    identifier("value", nullable=False),
    identifier("organisation"),
    Column("role", Text),
    *lineage(),
    identifier("request_number"),
    PrimaryKeyConstraint("person_id", "kind", "value"),
    one_of("kind", v.IdentifierKind.__members__),
    one_of("role", v.DossierRole.__members__),
)

asked = Table(
    "asked",
    metadata,
    identifier("source", nullable=False),
    subject(),
    instant("asked_at", nullable=False),
    PrimaryKeyConstraint("source", "person_id"),
    Index(None, "person_id"),
    info=INTERNAL,
)
"""When a source that answers about one person at a time was last asked about a person, whatever it answered."""

referents_word = Table(
    "referents_word",
    metadata,
    *lineage(),
    subject(),
    identifier("department", nullable=False),
    PrimaryKeyConstraint("source", "person_id", "department"),
    Index(None, "person_id"),
    info=INTERNAL,
)
"""Which record of a source spoke last of a person's referents in a département (empty: none is named), and when; kept
after the record, so that an older word does not bring back whom it took away."""

source_record = Table(
    "source_record",
    metadata,
    *lineage(),
    Column("removed", Boolean, nullable=False),
    Column("digest", LargeBinary),
    PrimaryKeyConstraint("source", "source_id"),
    Index("source_record_removed_idx", "source", "source_id", postgresql_where=text("removed")),
    info=INTERNAL,
)
"""Newest `as_of` seen of each record group (a foyer, a user of a tool), kept after its removal so that a late message
does not bring it back. Holds keys only, and the keyed digest of a message that comes again as it was taken."""
