"""The HTML pages of the hub: GraphiQL, the policy and the access journal."""
