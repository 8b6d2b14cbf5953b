// Composes sets of subgraphs with both reference composers: one set per line in, one line of verdicts out, in order.
// A line with a supergraph, operations and names of reference planners: why each of them does not load it, or null, and
// the number of fetches of its plan of each operation, or why there is none.
const apollo = require("@apollo/composition");
const hive = require("@theguild/federation-composition");
const { Supergraph, operationFromDocument } = require("@apollo/federation-internals");
const { QueryPlanner } = require("@apollo/query-planner");
const { QueryPlanner: HivePlanner } = require("@graphql-hive/router-query-planner");
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

const message = (error) => String(error.message ?? error);

function planners(supergraph) {
  const off = new Map([...supergraph.matchAll(/overrideLabel: "([^"]*)"/g)].map(([, label]) => [label, false]));
  return {
    apollo: () => {
      const built = Supergraph.build(supergraph, { supportedFeatures: null, validateSupergraph: true });
      const planner = new QueryPlanner(built);
      const schema = built.apiSchema();
      return (text) => planner.buildQueryPlan(operationFromDocument(schema, parse(text)), { overrideConditions: off });
    },
    hive: () => {
      const planner = new HivePlanner(supergraph);
      return (text) => planner.plan(text, null, new Set(), 100);
    },
  };
}

function fetches(node) {
  if (node === null || typeof node !== "object") return 0;
  return Object.values(node).reduce((sum, below) => sum + fetches(below), Number(/Fetch$/.test(node.kind)));
}

function counted(plan, text) {
  try {
    return fetches(plan(text).node);
  } catch (error) {
    return message(error);
  }
}

function plans({ supergraph, operations, names }) {
  const answers = {};
  const loads = planners(supergraph);
  for (const name of names) {
    try {
      const plan = loads[name]();
      answers[name] = { unloadable: null, fetches: operations.map((text) => counted(plan, text)) };
    } catch (error) {
      answers[name] = { unloadable: message(error), fetches: [] };
    }
  }
  return answers;
}

const answer = (asked) => (Array.isArray(asked) ? verdicts(asked) : plans(asked));

console.log = console.warn = console.error = () => {};
const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n"));
