"""Makes typed clients of the hub from its schema and from the operations of an application (decision 0095).

*.graphql → operations (read, validated) → shapes (typed trees) → Python modules
                                         └→ npm's graphql-codegen → TypeScript modules
"""
