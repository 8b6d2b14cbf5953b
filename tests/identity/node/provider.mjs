// A real identity provider on the loopback: client credentials, signed access tokens for one audience, a key set.
// argv: JSON {audience, clients: {id: claim "spie"}}. Each line of the input is a command, each of the output its answer:
// {"keys": [kid…]} sign with the first and publish all, {"up": bool} listen or not, {"calls": true} readings of the set.
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

const { audience, clients } = JSON.parse(process.argv[2]);
const made = new Map();
let answer;
let calls = 0;
let port = 0;

const server = createServer((request, response) => {
  calls += request.url === "/jwks";
  answer(request, response);
});

function key(kid, type, options, more) {
  if (!made.has(kid)) {
    const { privateKey } = generateKeyPairSync(type, options);
    made.set(kid, { ...privateKey.export({ format: "jwk" }), kid, ...more });
  }
  return made.get(kid);
}

function publish(kids) {
  const own = kids.map((kid) => key(kid, "ed25519", {}, { alg: "Ed25519", use: "sig" }));
  const others = [
    key("id-tokens", "rsa", { modulusLength: 2048 }, { alg: "RS256", use: "sig" }),
    key("encryption", "ec", { namedCurve: "P-256" }, { alg: "ECDH-ES", use: "enc" }),
  ];
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    jwks: { keys: [...own, ...others] },
    clients: Object.keys(clients).map((id) => ({
      client_id: id,
      client_secret: "secret",
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
    })),
    extraTokenClaims: (_, token) => ({ spie: clients[token.clientId] }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      encryption: { enabled: true },
      requestObjects: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: () => ({
          scope: "",
          audience,
          accessTokenFormat: "jwt",
          accessTokenTTL: 43_200,
          jwt: { sign: { alg: "Ed25519", kid: kids[0] } },
        }),
      },
    },
    ttl: { ClientCredentials: 43_200 },
  });
  answer = provider.callback();
}

async function listen(up) {
  if (up === server.listening) return;
  if (up) {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    port = server.address().port;
  } else {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }
}

const commands = { keys: publish, up: listen, calls: () => calls };

for await (const line of createInterface({ input: process.stdin })) {
  const [[name, given]] = Object.entries(JSON.parse(line));
  const told = (await commands[name](given)) ?? null;
  console.log(JSON.stringify({ port, told }));
}
process.exit(0);
