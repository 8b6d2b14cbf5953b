"""The lists of `hub bench` in PostGraphile's words, and its answers in the hub's.

It has no year of birth, which is no column: its list has seven fields where the hub's has eight.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

QUERIES: Mapping[str, str] = {
    "list": """query Caseload {
  persons: allPeople(first: 100, orderBy: [PRIMARY_KEY_ASC]) {
    nodes { id: rowId civility firstName lastName birthName birthDate birthCityCode }
  }
}""",
    "appointments": """query Appointments {
  persons: allPeople(first: 20, orderBy: [PRIMARY_KEY_ASC]) {
    nodes {
      id: rowId firstName lastName
      appointments(first: 5, orderBy: [STARTS_AT_ASC, PRIMARY_KEY_ASC]) {
        nodes { startsAt mode status motiveCategory organisation: appointmentsOrganisationByOrganisationId { name } }
      }
    }
  }
}""",
}
"""By the name of the operation (`benchmarks.operations`)."""


def as_the_hub_says(data: Any) -> Any:
    """The data of one of these queries as the hub gives it."""
    for person in data["persons"]["nodes"]:
        if "birthDate" in person:
            person["birthYear"] = int(person["birthDate"][:4])
        for appointment in person.get("appointments", {}).get("nodes", ()):
            appointment["motive"] = {"category": appointment.pop("motiveCategory")}
            appointment["startsAt"] = datetime.fromisoformat(appointment["startsAt"]).isoformat()
    return data
