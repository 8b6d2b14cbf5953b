"""The behaviours that must hold, and what shows each: a case of this package, or a test beside it (`file::test`)."""

from __future__ import annotations

RANDOM = (
    "test_differential::test_random_operations_are_answered_as_by_one_executor",
    "test_differential::test_random_conditions_are_answered_as_by_one_executor",
)

BEHAVIOURS: dict[str, tuple[str, ...]] = {
    "several keys": ("keys-several",),
    "composite and nested keys": ("test_town::test_a_composite_nested_key_is_passed_whole",),
    "list keys": ("key-lists",),
    "keys that are not resolvable": ("test_library::test_a_key_that_is_not_resolvable_leads_out_and_never_in",),
    "keys by hop": (
        "test_town::test_a_key_that_only_a_third_subgraph_knows_is_fetched_there_first",
        "keys-two-hops",
    ),
    "entities whose key is null": ("key-null",),
    "a key of __typename alone": ("test_requires::test_a_key_of_a_type_name_alone_enters_a_type_of_one_object",),
    "Federation 1: extend, @extends, @external, @requires": ("federation-1", "federation-1-beside-2"),
    "Federation 1: @provides": ("federation-1-provides",),
    "@shareable": (
        "test_town::test_a_value_type_is_completed_by_entering_its_parent_again",
        "test_rules::test_a_violated_rule_names_coordinate_subgraphs_and_mend",
    ),
    "@inaccessible types and fields": ("test_compose::test_inaccessible_elements_are_in_the_supergraph_only",),
    "@inaccessible arguments with default": ("hidden-argument-with-default",),
    "@inaccessible enum values": ("hidden-enum-value",),
    "@override": ("test_override::test_an_overridden_field_is_read_in_the_subgraph_that_took_it",),
    "@override with label and percentage": (
        "test_override::test_under_a_label_the_field_is_read_where_the_label_says",
        "test_override::test_the_plan_of_a_request_follows_its_trace_and_the_given_shares",
    ),
    "@override from an unknown subgraph": ("test_compose::test_an_override_from_an_unknown_subgraph_has_no_effect",),
    "an external or overridden key field: read where it is resolved or provided": (
        "test_readable::test_an_overridden_key_field_is_read_in_the_subgraph_that_took_it",
        "test_readable::test_an_external_key_field_is_read_only_where_it_is_provided",
    ),
    "@override of a field that others require": (
        "test_override::test_an_overridden_field_that_another_requires_comes_from_its_new_subgraph",
        "test_override::test_what_requires_a_moving_field_is_served_on_both_sides",
    ),
    "@tag and authorisation directives carried through": (
        "test_compose::test_tags_and_authorisation_directives_are_carried",
    ),
    "@composeDirective": ("test_compose::test_a_directive_is_composed_if_the_subgraph_asks_for_it",),
    "@interfaceObject": (
        "test_library::test_an_object_of_known_type_is_asked_about_under_the_interfaces_name",
        *RANDOM,
    ),
    "@interfaceObject with requires": (
        "test_library::test_what_an_interface_object_requires_is_gathered_of_the_concrete_types",
    ),
    "@interfaceObject with type conditions": (
        "test_library::test_the_type_of_an_interface_object_is_asked_where_it_is_known",
        "test_library::test_one_response_key_with_two_senses_waits_for_the_type",
    ),
    "@interfaceObject whose type nobody needs": (
        "test_library::test_the_type_of_an_interface_object_is_not_asked_where_all_types_are_selected_alike",
        "test_library::test_the_type_of_an_interface_object_is_asked_where_a_selection_tells_it",
    ),
    "@interfaceObject that is not resolvable": (
        "test_library::test_a_key_that_is_not_resolvable_leads_out_and_never_in",
    ),
    "interfaces with a key": ("test_library::test_an_interface_with_a_key_is_completed_by_the_keys_of_its_types",),
    "@requires over more than four hops": ("requires-five-hops",),
    "@requires of two subgraphs of each other": ("test_requires::test_two_subgraphs_may_require_of_each_other",),
    "@requires through interfaces and fragments": (
        "test_requires::test_a_requirement_reaches_through_fragments_of_an_abstract_type",
        "requires-through-interface",
    ),
    "@requires with arguments, against the client's own": (
        "test_requires::test_a_requirements_arguments_are_not_the_clients",
    ),
    "@requires of an inaccessible field": (
        "test_requires::test_an_inaccessible_field_is_read_for_what_requires_it_and_never_shown",
    ),
    "@provides nested": ("provides-nested",),
    "@provides through lists": ("provides-nested", "test_shop::test_a_provided_field_needs_no_hop"),
    "@provides with fragments on abstract types": ("provides-fragment",),
    "@provides only where it says": ("provides-not-here",),
    "@context of another subgraph, null, beside the client's arguments": (
        "context-of-another-subgraph",
        "test_contexts::test_entities_of_equal_values_are_asked_together_and_others_beside_them",
        "test_contexts::test_a_context_a_requirement_and_the_clients_argument_feed_one_field",
    ),
    "@context of the nearest object, by type, through lists": (
        "context-of-the-nearest",
        "context-by-type",
        "context-of-lists-and-the-root",
    ),
    "@context that does not come": ("test_contexts::test_a_context_that_did_not_come_stops_what_it_feeds_alone",),
    "union members that differ per subgraph": ("union-members-differ",),
    "a field of an object here and an interface there": (
        "test_abstract::test_a_field_that_is_an_object_here_and_an_interface_there_is_read_from_either",
    ),
    "interfaces that implement interfaces": ("interface-of-interfaces",),
    "implementers split over subgraphs": ("test_town::test_each_member_of_an_interface_is_completed_where_it_lives",),
    "impossible fragments": (
        "impossible-fragment",
        "test_town::test_a_fragment_that_can_never_apply_fetches_nothing_for_it",
    ),
    "__typename and its aliases": ("test_town::test_members_of_a_union_are_told_apart_by_type",),
    "one response key in disjoint fragments": ("one-key-in-disjoint-fragments",),
    "nullable against non-null": (
        "test_abstract::test_one_response_key_of_two_nullabilities_in_a_subgraph_is_aliased_and_renamed_back",
        "test_town::test_a_field_that_one_subgraph_says_non_null_is_nullable_for_clients",
    ),
    "nullable against non-null, at every depth": ("nested-conflicts", "conflicts-below-conflicts"),
    "an implementer's field of a narrower type, or with more arguments": ("narrower-in-the-implementer",),
    "interfaces without implementers": (
        "interface-without-implementer",
        "nothing-but-an-interface-without-implementer",
    ),
    "interfaces that refer to themselves": ("interface-of-itself",),
    "root fields of several subgraphs": (
        "test_abstract::test_a_root_field_of_several_subgraphs_is_asked_in_parallel_and_merged",
    ),
    "a child without key, by entering its parent again": (
        "test_town::test_a_value_type_is_completed_by_entering_its_parent_again",
    ),
    "a nested field that returns Query": (
        "test_abstract::test_a_root_type_met_again_below_is_entered_in_every_subgraph",
    ),
    "@skip and @include: an excluded fetch is never sent": (
        "test_conditions::test_a_fetch_that_is_excluded_is_never_sent",
        "test_conditions::test_a_condition_does_not_leak_to_an_unconditional_sibling",
        *RANDOM,
    ),
    "@skip and @include behind requirements": (
        "test_conditions::test_what_only_an_excluded_field_requires_is_not_fetched",
    ),
    "what a subgraph told of an entity is not asked again": (
        "test_entity_reuse::test_only_what_is_not_known_is_asked",
        "test_dense_operations::test_entities_that_are_met_again_and_again_are_answered_as_by_one_executor",
    ),
    "mutations in series, then hops": (
        "test_mutations::test_mutations_run_in_the_order_of_the_document",
        "test_mutations::test_what_hangs_on_a_mutation_is_read_before_the_next_one",
    ),
    "variables, defaults, custom scalars": (
        "enums-and-inputs-met",
        "hidden-argument-with-default",
        "test_shop::test_variables_defaults_and_literals_reach_the_subgraph_as_variables",
    ),
    "directives of operations": (
        "test_directives::test_directives_of_the_schema_are_sent_on_where_they_stand",
        "test_directives::test_a_directive_that_some_subgraph_does_not_know_is_not_served",
        "test_directives::test_a_composed_directive_is_served_in_operations_if_every_subgraph_has_it_there",
    ),
    "subscriptions, which nothing serves": (
        "test_client_schema::test_subscriptions_and_the_types_that_only_they_reach_are_not_in_the_client_schema",
    ),
    "enum and input intersections": (
        "enums-and-inputs-met",
        "test_compose::test_enums_are_joined_where_returned_and_met_where_received",
        "test_compose::test_input_fields_are_met",
    ),
    "Unicode and escapes in strings": ("text-of-any-kind",),
    "several operations in a document": (
        "test_normalise::test_only_the_chosen_operation_is_kept",
        "../document/test_parse::test_the_operation_is_chosen_by_name",
    ),
    "composition errors, each with coordinate, subgraphs and mend": (
        "test_rules::test_a_violated_rule_names_coordinate_subgraphs_and_mend",
        "test_rules::test_every_code_of_the_specification_is_a_rule_or_has_a_reason_not_to_be",
    ),
    "satisfiability, with its path": ("test_rules::test_the_dead_end_is_shown_as_a_path_of_fields",),
}
