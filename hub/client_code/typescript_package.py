"""The TypeScript modules of a client, by graphql-codegen's client preset in `node/`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from graphql import GraphQLEnumType, GraphQLSchema, build_schema

from hub.client_code.operations import Operation, whole_document
from hub.errors import ClientRefused
from infra.npm import Node, NodeAbsent, install, recent_node

PROJECT = Path(__file__).with_name("node")
HEADER = "// Made by `hub client typescript`: to change it, change the operations or the schema, and make it again.\n"
INDEX = """
import { documents } from "./documents.js";
import { HubClient, type Options, type Tokens } from "./runtime/index.js";

export * from "./labels.js";
export * from "./operations.js";
export * from "./runtime/index.js";

/** A hub at an address, asked the operations of this client with an application's tokens. */
export class Hub extends HubClient {
  constructor(url: string, tokens: Tokens, options: Options = {}) {
    super(documents, url, tokens, options);
  }
}
"""

LABELS = """
/** The French words of each value of an enum, as the schema describes it. A value that a newer hub adds has none. */
export const LABELS = %s as const;
"""


def typescript_modules(sdl: str, operations: Sequence[Operation]) -> dict[str, str]:
    """The text of each file of a client, by its name in `src`; `documents.json` is the manifest.

    Raises ClientRefused (NODE_ABSENT) where no Node and no package of npm can be had.
    """
    try:
        node, npm = recent_node()
        install(npm, PROJECT)
    except NodeAbsent as error:
        raise ClientRefused(
            "NODE_ABSENT",
            "Un client TypeScript se fait avec Node et des paquets de npm, injoignables ici : installez Node 20.19 "
            "ou plus récent, ou rétablissez l'accès à npm et à PyPI.",
            str(error),
        ) from error
    generated = Node(node, PROJECT).run("generate.mjs", {"schema": sdl, "operations": whole_document(operations)})
    manifest = json.dumps(generated["documents"], ensure_ascii=False, indent=2)
    return {
        "operations.ts": HEADER + generated["operations"],
        "labels.ts": HEADER + _labels(build_schema(sdl), generated["operations"]),
        "documents.ts": f"{HEADER}export const documents: Readonly<Record<string, string>> = {manifest};\n",
        "documents.json": manifest + "\n",
        "index.ts": HEADER + INDEX,
    }


def _labels(schema: GraphQLSchema, code: str) -> str:
    """The words of the enums that this code declares, and no others."""
    declared = (schema.get_type(name) for name in re.findall(r"^export type (\w+) =", code, re.MULTILINE))
    labels = {
        enum.name: {
            name: " ".join((value.description or name).split()).removesuffix(".") for name, value in enum.values.items()
        }
        for enum in declared
        if isinstance(enum, GraphQLEnumType)
    }
    return LABELS % json.dumps(labels, ensure_ascii=False, indent=2)
