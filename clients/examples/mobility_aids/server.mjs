// Un sous-graphe public sur Node : les aides à la mobilité, et ce qu'elles ajoutent à `Service`.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";
import { createHandler } from "graphql-http/lib/use/http";

const AIDS = [
  { id: "permis-b", title: "Aide au permis B", kind: "LICENCE", departmentCodes: ["08", "51"], managementNote: "n° 12" },
  { id: "garage", title: "Location solidaire", kind: "VEHICLE", departmentCodes: ["08"], managementNote: "n° 31" },
  { id: "car", title: "Car à un euro", kind: "TRANSPORT", departmentCodes: ["51"], managementNote: "n° 47" },
];

const typeDefs = parse(readFileSync(new URL("mobility.graphql", import.meta.url), "utf8"));
const resolvers = {
  Query: {
    mobilityAids: (_, { departmentCode }) =>
      AIDS.filter((aid) => departmentCode == null || aid.departmentCodes.includes(departmentCode)),
  },
  MobilityAid: { __resolveReference: ({ id }) => AIDS.find((aid) => aid.id === id) ?? null },
  Service: { mobilityAids: () => AIDS },
};

const handler = createHandler({ schema: buildSubgraphSchema({ typeDefs, resolvers }) });
const server = createServer((request, response) => {
  if (request.url !== "/graphql") {
    response.writeHead(404).end();
    return;
  }
  handler(request, response);
});
server.listen(Number(process.env.PORT ?? 4005), "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}/graphql\n`);
});
