"""Tables of employers and of what they offer: job postings of Les emplois, immersions of Immersion facilitée.

All of it is public. `public_id` of a posting or an offer is `source--number`, or the SIRET, place and occupation.
"""

from sqlalchemy import ARRAY, Boolean, Column, Index, Integer, Table, Text, UniqueConstraint

from schema.facts import REVEALED
from subgraphs.kit.columns import found_at, identifier, lineage, one_of
from subgraphs.offers import values as v
from subgraphs.offers.tables import address, metadata, public_id

company = Table(
    "company",
    metadata,
    public_id(),
    Column("name", Text, nullable=False),
    Column("kind", Text(collation="C"), nullable=False),
    identifier("siret"),
    Column("street", Text),
    identifier("postal_code"),
    Column("city", Text),
    identifier("city_code"),
    Column("website", Text),
    Column("open_to_applications", Boolean),
    identifier("sensitivity"),
    *lineage(),
    one_of("kind", v.CompanyKind.__members__),
    one_of("sensitivity", REVEALED),
    UniqueConstraint("source", "source_id"),
)
"""An employer: one SIRET may be several, by their kinds. Les emplois give only the SIREN of some, which then have no
SIRET here. `open_to_applications` is null as long as only an application told of it."""

job_posting = Table(
    "job_posting",
    metadata,
    public_id(),
    identifier("company_id", nullable=False),
    Column("title", Text),
    identifier("rome_code"),
    Column("contract_type", Text(collation="C")),
    Column("open_positions", Integer),
    Column("description", Text),
    Column("city", Text),
    identifier("city_code"),
    *found_at(),
    *lineage(),
    UniqueConstraint("source", "source_id"),
    Index(None, "company_id"),
    Index(None, "rome_code"),
    Index(None, "at_latitude", "at_longitude"),
)

immersion_offer = Table(
    "immersion_offer",
    metadata,
    public_id(),
    identifier("siret", nullable=False),
    Column("company_name", Text, nullable=False),
    identifier("rome_code", nullable=False),
    Column("occupations", ARRAY(Text), nullable=False),
    Column("contact_mode", Text(collation="C")),
    Column("volunteers", Boolean),
    Column("website", Text),
    *address(),
    *lineage(),
    one_of("contact_mode", v.ImmersionContactMode.__members__),
    UniqueConstraint("source", "source_id"),
    Index(None, "rome_code"),
    Index(None, "at_latitude", "at_longitude"),
)
