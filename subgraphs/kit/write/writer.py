"""One mutation in one transaction: hold the person, decide, note the request, write, read the answer, commit.

The actor's right is decided on the facts of the person, or of the item, that the transaction reads before it writes
(docs/policy.md#rule-15), and what the register of rights says of the person doesn't change until it ends. What is
refused leaves nothing; a request that was made before is answered with the item as the actor may read it now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg

from schema.context import Context
from schema.facts import RELATIONS, REVEALED, VALUE_FACTS, Fact
from schema.idempotency import hashed_actor
from schema.lru import Lru
from schema.residual import Clause, Residual, Rule, holds
from subgraphs.kit.compiler import Compiler
from subgraphs.kit.document import Node, Query
from subgraphs.kit.entity import Entity
from subgraphs.kit.errors import RequestFailed
from subgraphs.kit.long_lists import nulled
from subgraphs.kit.statement import Call, Statement
from subgraphs.kit.subgraph_model import Model
from subgraphs.kit.transactions import Database, Transaction
from subgraphs.kit.write import outgoing, request_log, statements
from subgraphs.kit.write.inputs import ARGUMENT, LinkedInput, Request, read_request
from subgraphs.kit.write.mutations import RECORDER, SOURCE, MutationField, Requirement
from subgraphs.kit.write.transmission import SINCE, STATE, TransmissionState

ROW_CHECK = "ExecWithCheckOptions"
"""What refuses a row in PostgreSQL that row security does not let be written; a missing right is refused elsewhere."""
STATEMENT_BYTES = 1024 * 1024
"""Memory for the statements that decide mutations, of one subgraph."""


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """The person to whom a mutation writes, by the id that was given or that its item had before any merge, under which
    a new row is made (`access.serve_survivor`); of an item, also its version, what a new one copies of it, and the
    first requirement that it does not meet."""

    person: str
    version: int | None = None
    copied: Mapping[str, Any] = field(default_factory=dict)
    unmet: Requirement | None = None


def refused() -> RequestFailed:
    """The refusal of a person or item that is not there, or to which the actor may not write: all are told alike."""
    return RequestFailed("WRITE_REFUSED", "Cette personne ou cet élément ne peut pas être écrit.")


class Writer:
    """Makes the mutations of one subgraph as its writing role; `secret` keys the hashes of requests."""

    def __init__(self, model: Model, compiler: Compiler, database: Database, secret: bytes) -> None:
        self.model, self.compiler, self.database, self.secret = model, compiler, database, secret
        self._decided: Lru[tuple[str, str], statements.Decided] = Lru("decided writes", STATEMENT_BYTES, _memory)

    async def answer(
        self, text: str, query: Query, variables: Mapping[str, Any], context: Context
    ) -> tuple[dict[str, Any], list[RequestFailed]]:
        """Make the mutation of a valid operation and return its data; errors that the client can mend come with null.

        Raises RequestFailed, and then nothing was written.
        """
        statement, call = await self.compiler.statement_in_turn(text, query, variables, context)
        reading = self.compiler.prepared_operation(text, query, query.settled(variables)).reading
        nodes = [node for node in reading.roots if node.name in self.model.roots]
        if len(nodes) != 1:
            raise RequestFailed("OPERATION_REFUSED", "La requête doit contenir une seule mutation.")
        mutation = self.model.roots[nodes[0].name]
        assert isinstance(mutation, MutationField)
        now = datetime.fromtimestamp(context.now, UTC)
        argument = reading.value(nodes[0], ARGUMENT, variables)
        request = read_request(mutation.graphql_name, mutation.input, argument, now, self.secret)
        if not isinstance(request, Request):
            return _failed(nodes[0], request)
        try:
            rows = await self._write(mutation, request, statement, call, nodes[0], now)
        except RequestFailed as error:
            if error.status != 200:
                raise
            return _failed(nodes[0], [error])
        data = statement.read(rows, call)
        return data, nulled(data) if call.has_long_lists else []

    async def _write(
        self, mutation: MutationField, request: Request, statement: Statement, call: Call, node: Node, now: datetime
    ) -> list[Any]:
        """Write in one transaction and return the rows of the answer."""
        context = call.context
        actor = hashed_actor(context.actor, self.secret)
        async with self.database.writing(context, actor) as transaction:
            subject = await self._decide(transaction, mutation, request, call)
            item = str(uuid4()) if mutation.complete is not None else str(request.target)
            entry = (actor, request.key, request.digest, mutation.graphql_name, context.purpose, item, now)
            try:
                _check_state(subject, request)
                copied = await self._copied(transaction, mutation, request, call, subject)
            except RequestFailed:
                if await transaction.rows(request_log.insert_sql(self.model.name), entry):
                    raise
                is_new = False  # the same request again is answered, whatever became of the item
            else:
                columns = _columns(mutation, request, item, subject.person, context, now, copied)
                is_new = await self._store(transaction, mutation, entry, columns)
            if is_new and mutation.system is not None:
                author = outgoing.sealed(self.secret, item, mutation.system, context, subject.person)
                await transaction.rows(outgoing.insert_sql(self.model.name), (item, mutation.system, author, now))
                await self._check_revealed(transaction, mutation, item, call)
            elif not is_new:
                [earlier] = await transaction.rows(request_log.select_sql(self.model.name), (actor, request.key))
                if earlier[0] != request.digest:
                    raise RequestFailed("IDEMPOTENCY_KEY_REUSED", "La clé a déjà servi à une autre écriture.")
                item = str(earlier[1])
            call.keys[node.number] = item
            rows = await transaction.rows(statement.sql, statement.arguments(call))
            if not rows:
                raise refused()
            return rows

    async def _decide(self, transaction: Transaction, mutation: MutationField, request: Request, call: Call) -> Subject:
        """Whom or what the mutation is of; raises RequestFailed unless the actor may write every input."""
        residual = call.context.residual
        statement = self._decided.get_or(
            (mutation.graphql_name, residual.digest), partial(statements.decided, self.model, mutation, residual)
        )
        if request.target is None:
            raise refused()
        locked_rows = await transaction.rows(
            statements.hold_sql(mutation), (request.target,)
        )  # before: what decides reads anew
        if not locked_rows:
            raise refused()
        target = request.target if mutation.is_of_item else str(locked_rows[0][0])
        rows = await transaction.rows(statement.sql, statement.arguments(call, target))
        if not rows:
            raise refused()
        facts: int = rows[0][0]
        entity, context = mutation.entity, call.context
        if not mutation.is_of_item:
            own = context.organisation is not None
            if mutation.system is not None:
                facts &= ~Fact.OWN_ITEM
            elif entity.owner is not None:
                facts = facts & ~Fact.OWN_ITEM | (int(Fact.OWN_ITEM) if own else 0)
            if entity.recorded_by is not None and own:
                facts |= Fact.RECORDED
        for name, value in request.values.items():
            rule = residual.fields.get(mutation.coordinate(name))
            stricter = mutation.written[name].stricter(value)
            allowed = rule.read if rule is not None else ()
            if stricter is not None and rule is not None and stricter is not mutation.written[name].field.category:
                allowed = dict(rule.values).get(int(VALUE_FACTS[stricter]), ()) if holds(allowed, facts) else ()
            if not holds(allowed, facts):
                raise refused()
        if not mutation.is_of_item:
            return Subject(request.target)
        _, version, source, person, *more = rows[0]
        if source != SOURCE:
            raise RequestFailed("RECORDED_ELSEWHERE", "L'élément est tenu par un autre système.")
        copied, requirements_met = more[: len(mutation.copied)], more[len(mutation.copied) :]
        unmet = next(
            (
                requirement
                for requirement, is_met in zip(mutation.requires, requirements_met, strict=True)
                if not is_met and requirement.is_for(request.values)
            ),
            None,
        )
        return Subject(str(person), version, dict(zip(mutation.copies or (), copied, strict=True)), unmet)

    async def _copied(
        self, transaction: Transaction, mutation: MutationField, request: Request, call: Call, subject: Subject
    ) -> dict[str, Any]:
        """The columns that a new row has of the item that it follows and of the rows to which its inputs lead; raises
        RequestFailed for one that the client may not choose."""
        copied = dict(subject.copied)
        for name, input_ in mutation.written.items():
            if isinstance(input_, LinkedInput):
                statement = self._decided.get_or((mutation.coordinate(name), ""), partial(statements.linked, input_))
                rows = await transaction.rows(statement.sql, statement.arguments(call, request.values[name]))
                if not rows:
                    raise RequestFailed(*input_.refusal)
                copied |= dict(zip(input_.copies, rows[0], strict=False))
        return copied

    async def _store(
        self, transaction: Transaction, mutation: MutationField, entry: Sequence[Any], columns: Mapping[str, Any]
    ) -> bool:
        """Note the request and make the row, or change it, in one statement; False if the request was noted before.
        Raises RequestFailed if the last link to the person has ended since the decision."""
        sql = statements.store_sql(self.model.name, mutation, tuple(columns))
        target = entry[request_log.ENTRY.index("item_id")]
        changed = (target,) if mutation.complete is None else ()
        try:
            return bool(await transaction.rows(sql, (*entry, *columns.values(), *changed)))
        except asyncpg.InsufficientPrivilegeError as error:
            if error.server_source_function != ROW_CHECK:
                raise
            raise refused() from None

    async def _check_revealed(self, transaction: Transaction, mutation: MutationField, item: str, call: Call) -> None:
        """Raise RequestFailed for a new item that would reveal to its system what such items may not. It is judged as
        whoever reads all would see it: one that the actor itself may not read is told as refused by its answer."""
        residual = _opened(call.context.residual, mutation.entity)
        statement = self._decided.get_or(
            (f"{mutation.graphql_name} item", residual.digest), partial(statements.item, self.model, mutation, residual)
        )
        rows = await transaction.rows(statement.sql, statement.arguments(call, item))
        hidden = sum(VALUE_FACTS[category] for category in REVEALED if category not in mutation.reveals)
        if not rows or rows[0][0] & hidden:
            raise RequestFailed("REVEALS_PROTECTED", "L'élément révélerait une donnée protégée à un autre système.")


def _opened(residual: Residual, entity: Entity) -> Residual:
    """The residual under which every row of a type exists, whatever it reveals."""
    all_relations = (Clause(int(RELATIONS)),)
    rule = Rule(all_relations, tuple((int(fact), all_relations) for fact in VALUE_FACTS.values()))
    return replace(residual, rows={**residual.rows, entity.name: rule})


def _check_state(subject: Subject, request: Request) -> None:
    """Raise RequestFailed unless the item is as the client read it and as the mutation requires."""
    if subject.version != request.version:
        raise RequestFailed("VERSION_CONFLICT", "L'élément a changé depuis qu'il a été lu.")
    if subject.unmet is not None:
        raise RequestFailed(subject.unmet.code, subject.unmet.message)


def _columns(
    mutation: MutationField,
    request: Request,
    item: str,
    person: str,
    context: Context,
    now: datetime,
    copied: Mapping[str, Any],
) -> dict[str, Any]:
    """The columns of the new row, or those that change, with their values."""
    columns = {mutation.written[name].column_name: value for name, value in request.values.items()}
    columns["as_of"] = now
    if mutation.complete is None:
        return columns
    entity = mutation.entity
    assert entity.table is not None
    assert entity.key is not None
    assert entity.subject is not None
    columns |= {entity.key.column.name: item, entity.subject: person, "source": SOURCE, "source_id": item}
    for column in (entity.owner if mutation.system is None else None, RECORDER):
        if column is not None and column in entity.table.c:
            columns[column] = context.organisation
    if mutation.system is not None:
        columns |= {STATE: TransmissionState.PENDING.name, SINCE: now}
    return columns | {**copied, **mutation.complete(item, person), **mutation.derived(now, copied)}


def _failed(node: Node, errors: list[Any]) -> tuple[dict[str, Any], list[RequestFailed]]:
    for error in errors:
        error.path = (node.key,)
    return {node.key: None}, errors


def _memory(key: tuple[str, str], statement: statements.Decided) -> int:
    """Memory of a statement, in bytes."""
    return 2_000 + 4 * len(statement.sql)
