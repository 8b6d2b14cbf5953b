"""The published Python client against a running hub: typed data, reasons beside it, tokens, pages, no value told."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest

from demo.cast import BY_SLUG
from spie_hub_client import (
    AsyncHub,
    BearerTokens,
    ClientCredentials,
    Decision,
    FindPerson,
    Hub,
    Journey,
    Persons,
    Purpose,
    Reason,
    RecordAppointment,
    Refused,
    Services,
    TokenRefused,
    Withheld,
)
from spie_hub_client.enums import NationalIdentifierKind
from spie_hub_client.inputs import IdentityInput, NearInput, RecordAppointmentInput
from tests.clients.conftest import APPLICATION, Served
from tests.identity.provider import Provider


def bearer(served: Served, actor: str) -> BearerTokens:
    return BearerTokens(lambda: served.token(actor))


@pytest.fixture
def provider(served: Served) -> Provider:
    if served.provider is None:
        pytest.skip("node or npm absent")
    return served.provider


def credentials(provider: Provider, secret: str) -> ClientCredentials:
    return ClientCredentials(f"{provider.url}/token", APPLICATION, secret)


def test_a_read_journey_is_typed_and_says_what_is_less_precise(served: Served) -> None:
    with Hub(served.url, bearer(served, "referent-a")) as hub:
        answer = hub.execute(Journey(id=served.site.persons["maelle"]), purpose=Purpose.SUIVI)
    person = answer.whole().person
    assert person is not None
    assert person.birth_date == dt.date(1988, 3, 14)
    assert person.appointments is not None
    assert {type(node.starts_at) for node in person.appointments.nodes or ()} == {dt.datetime}
    entry = answer.why("person", "appointments", "nodes", "motive", "category")
    assert entry is not None
    assert (entry.decision, entry.note is not None) == (Decision.ALLOW, True)
    assert answer.why("person", "firstName") is None
    assert answer.trace


def test_a_withheld_field_is_null_with_its_reason_beside_it(served: Served) -> None:
    with Hub(served.url, bearer(served, "organisme-formation")) as hub:
        answer = hub.execute(Journey(id=served.site.persons["maelle"]), purpose="formation")
    entry = answer.why("person", "rsa", "status")
    assert entry is not None
    assert (entry.coordinate, entry.decision, entry.reason) == ("Person.rsa", Decision.DENY, Reason.FIELD_NOT_FOR_ACTOR)
    assert entry.needed


def test_one_denied_field_refuses_all_for_who_wants_all_or_nothing_and_says_why(served: Served) -> None:
    with Hub(served.url, bearer(served, "employeur")) as hub, pytest.raises(Refused) as refused:
        hub.execute(Journey(id=served.site.persons["maelle"]), purpose="iae", all_or_nothing=True)
    assert (refused.value.code, refused.value.status) == ("FIELD_DENIED", 403)
    assert Reason.FIELD_NOT_FOR_ACTOR in {entry.reason for entry in refused.value.access}


def test_a_purpose_is_each_call_s_own(served: Served) -> None:
    with Hub(served.url, bearer(served, "conseiller-ft")) as hub:
        identity = IdentityInput(nir=BY_SLUG["maelle"].nir, birth_date=dt.date(1988, 3, 14))
        match = hub.execute(FindPerson(identity=identity), purpose="identification").whole().find_person
        assert match is not None
        assert match.person is not None, match.outcome
        assert match.person.id == served.site.persons["maelle"]
        with pytest.raises(Refused) as refused:
            hub.execute(FindPerson(identity=identity), purpose="controle")
    assert refused.value.status in (400, 403)


def test_a_write_that_is_sent_again_under_its_key_is_made_once(served: Served) -> None:
    starts_at = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(days=30)
    written = RecordAppointmentInput(
        idempotency_key=f"client-{uuid4()}", person=served.site.persons["maelle"], starts_at=starts_at
    )
    with Hub(served.url, bearer(served, "referent-a")) as hub:
        answers = [hub.execute(RecordAppointment(input=written), purpose="suivi").whole() for _ in range(2)]
        first, second = (answer.record_appointment for answer in answers)
        assert first is not None
        assert second is not None
        assert (first.id, first.starts_at) == (second.id, starts_at)
    with Hub(served.url, bearer(served, "employeur")) as hub, pytest.raises(Refused) as refused:
        hub.execute(RecordAppointment(input=written), purpose="iae")
    assert refused.value.code == "FIELD_DENIED"


def test_pages_follow_to_the_end_and_go_on_from_any_cursor(served: Served) -> None:
    with Hub(served.url, bearer(served, "orienteur")) as hub:
        pages = list(hub.pages(Persons(first=20), purpose="orientation"))
        ids = [node.id for page in pages for node in page.nodes]
        assert len(ids) == len(set(ids)) > 60
        assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
        resumed = hub.pages(Persons(first=20, after=pages[1].cursor), purpose="orientation")
        assert [node.id for page in resumed for node in page.nodes] == ids[40:]
        (after_the_end,) = hub.pages(Persons(first=20, after=pages[-1].cursor), purpose="orientation")
        assert (len(after_the_end.nodes), after_the_end.is_last) == (0, True)


def test_a_list_that_is_withheld_is_an_error_and_not_an_empty_load(served: Served) -> None:
    with Hub(served.url, bearer(served, "statisticien")) as hub, pytest.raises(Withheld) as withheld:
        list(hub.pages(Persons(), purpose="statistique"))
    assert withheld.value.access


async def test_the_asynchronous_client_reads_the_same(served: Served) -> None:
    with Hub(served.url, bearer(served, "orienteur")) as hub:
        ids = [node.id for page in hub.pages(Persons(first=30), purpose="orientation") for node in page.nodes]
    async with AsyncHub(served.url, bearer(served, "orienteur")) as async_hub:
        pages = async_hub.pages(Persons(first=30), purpose="orientation")
        assert [node.id async for page in pages for node in page.nodes] == ids
        near = NearInput(city_code="08105", radius_km=30)
        services = await async_hub.execute(Services(first=2, near=near), purpose="orientation")
        assert services.whole().services is not None


def test_an_application_s_tokens_come_from_its_identity_provider(served: Served, provider: Provider) -> None:
    with Hub(served.url, credentials(provider, "secret")) as hub:
        assert next(hub.pages(Persons(first=5), purpose="orientation")).nodes
        hub._client.token["access_token"] += "x"  # type: ignore[attr-defined]  # as if its key were withdrawn
        assert next(hub.pages(Persons(first=5), purpose="orientation")).nodes
    with Hub(served.url, credentials(provider, "wrong")) as hub, pytest.raises(TokenRefused) as refused:
        hub.execute(Services(), purpose="orientation")
    assert refused.value.code == "invalid_client"
    assert "wrong" not in f"{refused.value} {credentials(provider, 'wrong')!r}"


async def test_an_application_s_tokens_come_for_the_asynchronous_client_too(served: Served, provider: Provider) -> None:
    async with AsyncHub(served.url, credentials(provider, "secret")) as hub:
        assert (await hub.execute(Persons(first=5), purpose="orientation")).whole().persons is not None


def test_nothing_read_or_sent_is_told_by_the_text_of_an_object(served: Served) -> None:
    operation = Journey(id=served.site.persons["maelle"])
    with Hub(served.url, bearer(served, "referent-a")) as hub:
        answer = hub.execute(operation, purpose="suivi")
        page = next(hub.pages(Persons(first=5), purpose="suivi"))
    person = answer.data.person
    assert person is not None
    texts = f"{answer!r} {answer.data!r} {person!r} {person.contact!r} {operation!r} {page!r} {page.nodes!r}"
    assert [value for value in (operation.id, "MAËLLE", "1988", "0639980001") if value in texts] == []
    assert person.__rich_repr__() == []
    identity = IdentityInput(nir=BY_SLUG["maelle"].nir, birth_date=dt.date(1988, 3, 14))
    assert repr(FindPerson(identity=identity)) + repr(identity) == "<FindPerson><IdentityInput>"
    assert NationalIdentifierKind("NEW") is NationalIdentifierKind.UNKNOWN_VALUE


@pytest.mark.parametrize("url", ["http://hub.exemple.fr/graphql", "hub.exemple.fr", "ftp://127.0.0.1/"])
def test_a_token_is_never_sent_in_clear(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Hub(url, BearerTokens(lambda: "token"))
    with pytest.raises(ValueError, match="https"):
        Hub("https://hub.exemple.fr/graphql", ClientCredentials(url, "id", "secret"))
