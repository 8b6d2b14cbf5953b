// Composes sets of subgraphs with both reference composers: one set per line in, one line of verdicts out, in order.
// A line that is a text is a supergraph: the answer says why Apollo's planner does not load it, or null.
const apollo = require("@apollo/composition");
const hive = require("@theguild/federation-composition");
const { Supergraph } = require("@apollo/federation-internals");
const { QueryPlanner } = require("@apollo/query-planner");
const { parse } = require("graphql");

const described = (error) => ({ code: error.extensions?.code ?? "CRASH", message: String(error.message) });

function verdict(compose, services) {
  try {
    const { errors, supergraphSdl } = compose(services);
    if (!errors?.length) return { supergraph: supergraphSdl };
    return { errors: errors.map(described) };
  } catch (error) {
    return { errors: [described(error)] };
  }
}

function verdicts(services) {
  let parsed;
  try {
    parsed = services.map(({ name, url, typeDefs }) => ({ name, url, typeDefs: parse(typeDefs) }));
  } catch (error) {
    const refused = { errors: [{ code: "INVALID_GRAPHQL", message: error.message }] };
    return { apollo: refused, hive: refused };
  }
  return { apollo: verdict(apollo.composeServices, parsed), hive: verdict(hive.composeServices, parsed) };
}

function unloadable(supergraph) {
  try {
    new QueryPlanner(Supergraph.build(supergraph, { supportedFeatures: null, validateSupergraph: true }));
    return null;
  } catch (error) {
    return String(error.message);
  }
}

const answer = (asked) => (typeof asked === "string" ? unloadable(asked) : verdicts(asked));

console.log = console.warn = console.error = () => {};
const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n"));
