"""Composition rules, one per file: a new rule is a new file and one more name here, in the stage that it belongs to.

A stage looks only at what the stages before it let pass; a composition that fails tells every failure of one stage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.model import Subgraph
from hub.federation.compose.rules import (
    argument_defaults,
    argument_types,
    auth_interfaces,
    auth_requirements,
    composed_directives,
    directive_definitions,
    enum_empty,
    enum_values,
    extension_base,
    external_arguments,
    external_base,
    external_directives,
    external_interface,
    external_merged,
    external_types,
    external_unused,
    field_types,
    fields_arguments,
    fields_directives,
    fields_external,
    fields_type,
    graphql,
    inaccessible_children,
    inaccessible_defaults,
    inaccessible_disallowed,
    inaccessible_implementations,
    inaccessible_references,
    inaccessible_required,
    inaccessible_root,
    input_defaults,
    input_empty,
    input_required,
    interface_directives,
    interface_fields,
    interface_keys,
    interface_objects,
    key_fields,
    key_types,
    link_identifiers,
    link_imports,
    link_names,
    link_versions,
    override_directives,
    override_interface,
    override_label,
    override_source,
    provides_fields,
    provides_target,
    queries,
    requires_fields,
    root_names,
    satisfiability,
    shareable_members,
    shareable_usage,
    sharing,
    subgraph_names,
    type_definitions,
    type_kinds,
    unsupported,
)
from hub.federation.supergraph import Supergraph

SubgraphsRule = Callable[[Sequence[Subgraph]], Iterator[StartRefused]]
SupergraphRule = Callable[[Supergraph], Iterator[StartRefused]]

AS_WRITTEN: tuple[tuple[SubgraphsRule, ...], ...] = (
    (
        subgraph_names.check,
        link_identifiers.check,
        link_versions.check,
        link_imports.check,
        directive_definitions.check,
        type_definitions.check,
        root_names.check,
        inaccessible_disallowed.check,
        unsupported.check,
    ),
    (graphql.check,),
)
"""What each subgraph says, before it is read as Federation 2."""

BEFORE_MERGE: tuple[tuple[SubgraphsRule, ...], ...] = (
    (
        queries.check,
        type_kinds.check,
        field_types.check,
        argument_types.check,
        argument_defaults.check,
        input_required.check,
        input_defaults.check,
        input_empty.check,
        enum_values.check,
        enum_empty.check,
        extension_base.check,
        fields_type.check,
        key_fields.check,
        key_types.check,
        requires_fields.check,
        provides_fields.check,
        provides_target.check,
        fields_arguments.check,
        fields_directives.check,
        fields_external.check,
        external_unused.check,
        external_base.check,
        external_types.check,
        external_arguments.check,
        external_interface.check,
        external_directives.check,
        external_merged.check,
        interface_directives.check,
        interface_keys.check,
        interface_objects.check,
        override_source.check,
        override_directives.check,
        override_interface.check,
        override_label.check,
        sharing.check,
        shareable_usage.check,
        shareable_members.check,
        composed_directives.check,
        link_names.check,
        auth_interfaces.check,
    ),
)
"""What the subgraphs say together."""

AFTER_MERGE: tuple[tuple[SupergraphRule, ...], ...] = (
    (
        interface_fields.check,
        inaccessible_root.check,
        inaccessible_children.check,
        inaccessible_references.check,
        inaccessible_required.check,
        inaccessible_implementations.check,
        inaccessible_defaults.check,
        auth_requirements.check,
    ),
    (satisfiability.check,),
)
"""What came of it."""
