// The TypeScript of some operations, by graphql-codegen's client preset.
// Input: JSON {schema: SDL, operations: GraphQL text}. Output: JSON {operations: TypeScript, documents: {hash: text}}.
import { codegen } from "@graphql-codegen/core";
import { preset } from "@graphql-codegen/client-preset";
import { buildSchema, parse } from "graphql";
import { text } from "node:stream/consumers";

const { schema, operations } = JSON.parse(await text(process.stdin));
const sections = await preset.buildGeneratesSection({
  baseOutputDir: "./",
  schema: parse(schema),
  schemaAst: buildSchema(schema),
  documents: [{ location: "operations.graphql", document: parse(operations), rawSDL: operations }],
  plugins: [],
  pluginMap: {},
  pluginContext: {},
  presetConfig: {
    fragmentMasking: false,
    persistedDocuments: { hashAlgorithm: "sha256", mode: "replaceDocumentWithHash" },
  },
  config: {
    documentMode: "string",
    enumType: "string-literal",
    futureProofEnums: true,
    scalars: { Date: "string", DateTime: "string", ID: "string" },
    strictScalars: true,
    useTypeImports: true,
  },
});
const files = {};
for (const section of sections) {
  files[section.filename] = await codegen(section);
}
process.stdout.write(
  JSON.stringify({
    operations: files["./graphql.ts"],
    documents: JSON.parse(files["./persisted-documents.json"]),
  }),
);
