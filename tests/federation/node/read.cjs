// Reads supergraphs with Apollo's own library: the client schema it makes of each, and what its composition says.
const { Supergraph } = require("@apollo/federation-internals");
const { composeServices } = require("@apollo/composition");
const { parse, printSchema } = require("graphql");

const given = JSON.parse(require("fs").readFileSync(0, "utf8"));

function read(text) {
  const supergraph = Supergraph.build(text, { supportedFeatures: null });
  return {
    api: printSchema(supergraph.apiSchema().toGraphQLJSSchema()),
    subgraphs: Object.fromEntries(supergraph.subgraphs().values().map((each) => [each.name, each.schema.toString()])),
  };
}

function compose(services) {
  const result = composeServices(services.map((each) => ({ ...each, typeDefs: parse(each.typeDefs) })));
  if (result.errors) {
    return { errors: result.errors.map((each) => ({ code: each.extensions?.code, message: each.message })) };
  }
  return {
    text: result.supergraphSdl,
    api: printSchema(result.schema.toAPISchema().toGraphQLJSSchema()),
    hints: result.hints.map(({ definition, message }) => ({ code: definition.code, level: definition.level.name, message })),
  };
}

const answers = given.map(({ supergraph, services }) => {
  try {
    return supergraph === undefined ? compose(services) : read(supergraph);
  } catch (error) {
    return { errors: [{ code: error.extensions?.code, message: String(error.message) }] };
  }
});
process.stdout.write(JSON.stringify(answers));
