// Mercurius' gateway, compiled queries on: node mercurius.mjs SUPERGRAPH PORT NAME=URL…
import gateway from "@mercuriusjs/gateway";
import Fastify from "fastify";

const [, port, ...given] = process.argv.slice(2);
const services = given.map((each) => {
  const [name, url] = each.split("=");
  return { name, url };
});
const app = Fastify();
app.register(gateway, { jit: 1, gateway: { services } });
await app.listen({ port: Number(port), host: "127.0.0.1" });
