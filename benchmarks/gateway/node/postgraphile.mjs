// PostGraphile over the bench's tables, under their row-level security: node postgraphile.mjs SCOPE PORT
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { jsonPgSmartTags } from "postgraphile/utils";

// What PostGraphile asks of Node 22, for Node 20.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

const [scope, port] = process.argv.slice(2);
const person = "(person_id) references people.person (id)|@foreignFieldName appointments";
const tags = { version: 1, config: { class: { "appointments.appointment": { tags: { foreignKey: person } } } } };
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [jsonPgSmartTags(tags)],
  pgServices: [makePgService({ connectionString: process.env.DATABASE_URL, schemas: ["people", "appointments"] })],
  grafast: { context: () => ({ pgSettings: { "spie.scopes": scope } }) },
  grafserv: { graphiql: false, watch: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(port), "127.0.0.1");
