"""Makes typed clients of the hub from its schema and from the operations of an application (decision 0096).

*.graphql → operations (read, validated) → shapes (typed trees) → Python modules
                                         └→ npm's graphql-codegen → TypeScript modules
"""
