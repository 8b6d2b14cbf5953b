"""Tables of the schema `offers`, on which its entities are declared and its migrations are written.

The offer itself is public. `source` is the system read (data.inclusion); `producer` is who described the structure or
service there. `commune` holds the centroids of `subgraphs.kit.communes`, filled by the migrations. What ties a
person to the offer is in `subgraphs.offers.journey_tables`, on the same metadata.
"""

from typing import Any

from sqlalchemy import ARRAY, Boolean, Column, Double, Index, Integer, Table, Text, UniqueConstraint

from schema.facts import REVEALED
from subgraphs.kit.columns import found_at, identifier, lineage, metadata_of, one_of

metadata = metadata_of("offers")

SERVICE_TYPES = ("accompagnement", "aide-financiere", "aide-materielle", "atelier", "formation", "information")
FEES = ("gratuit", "payant")


def public_id() -> Column[str]:
    """Public key of the national reference: `source--local id`."""
    return Column("id", Text(collation="C"), primary_key=True)


def address() -> list[Column[Any]]:
    """Where it is; latitude and longitude are those of the source, decimal degrees (WGS 84), both null when unknown."""
    return [
        Column("street", Text),
        identifier("postal_code"),
        Column("city", Text),
        identifier("city_code"),
        Column("latitude", Double),
        Column("longitude", Double),
        *found_at(),
    ]


commune = Table(
    "commune",
    metadata,
    Column("code", Text(collation="C"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("latitude", Double, nullable=False),
    Column("longitude", Double, nullable=False),
)

structure = Table(
    "structure",
    metadata,
    public_id(),
    identifier("producer", nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    identifier("siret"),
    Column("networks", ARRAY(Text(collation="C")), nullable=False),
    Column("opening_hours", Text),
    Column("phone", Text),
    Column("email", Text),
    Column("website", Text),
    identifier("sensitivity"),
    *address(),
    *lineage(),
    one_of("sensitivity", REVEALED),
    UniqueConstraint("source", "source_id"),
    Index(None, "siret"),
    Index(None, "at_latitude", "at_longitude"),
    Index(None, "networks", postgresql_using="gin"),
)

service = Table(
    "service",
    metadata,
    public_id(),
    identifier("structure_id", nullable=False),
    identifier("producer", nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("type", Text(collation="C")),
    Column("thematics", ARRAY(Text(collation="C")), nullable=False),
    Column("categories", ARRAY(Text(collation="C")), nullable=False),
    Column("publics", ARRAY(Text(collation="C")), nullable=False),
    Column("fees", Text(collation="C")),
    Column("access_modes", ARRAY(Text(collation="C")), nullable=False),
    Column("eligibility_zone", ARRAY(Text(collation="C")), nullable=False),
    Column("mobilisation_modes", ARRAY(Text(collation="C")), nullable=False),
    Column("conditions", Text),
    Column("open_to_people", Boolean),
    *address(),
    *lineage(),
    one_of("type", SERVICE_TYPES),
    one_of("fees", FEES),
    UniqueConstraint("source", "source_id"),
    Index(None, "structure_id"),
    Index(None, "at_latitude", "at_longitude"),
    Index(None, "thematics", postgresql_using="gin"),
    Index(None, "categories", postgresql_using="gin"),
    Index(None, "publics", postgresql_using="gin"),
)
"""`structure_id` has no foreign key: pages of the source shift between calls (docs/domain.md#data-inclusion), so that a
service may come before its structure. `categories` are the categories of `thematics` (the part before `--`)."""

referral_terms = Table(
    "referral_terms",
    metadata,
    public_id(),
    Column("accepts_form", Boolean, nullable=False),
    Column("average_reply_days", Integer),
    Column("supporting_documents", ARRAY(Text), nullable=False),
    *lineage(),
    UniqueConstraint("source", "source_id"),
)
"""How a service is referred to, as DORA says; the key is that of the service, which may come later or never."""
