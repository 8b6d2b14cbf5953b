// What an application on Node does with the published client.
// Input: JSON {client, url, token, provider, secret, person}. Output: JSON, one value per thing that was tried.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";

const { client, url, tokens, provider, persons, notifications } = JSON.parse(await text(process.stdin));
const hubClient = await import(pathToFileURL(client).href);
const { Hub, bearerTokens, clientCredentials, ChangesDocument, JourneyDocument, PersonsDocument } = hubClient;
const as = (actor, options) => new Hub(url, bearerTokens(() => tokens[actor]), options);
const refusal = (promise) => promise.then(() => null, (error) => ({ ...error, name: error.name, text: inspect(error) }));
const result = {};

const journey = await as("referent-a").execute(JourneyDocument, { id: persons.maelle }, { purpose: "suivi" });
result.firstName = journey.whole().person.firstName;
result.note = journey.why("person", "appointments", "nodes", "motive", "category")?.note;
result.plain = journey.why("person", "firstName") ?? null;
result.printed = inspect(journey, { depth: 9 }) + JSON.stringify(journey);

result.live = [];
for await (const page of as("orienteur").live(ChangesDocument, { first: 100 }, (data) => data.changes, { purpose: "orientation" })) {
  result.live.push([page.nodes.length, typeof page.cursor]);
  break;
}
const proven = (name) => {
  const { headers, body, now } = notifications[name];
  return hubClient.readNotification(notifications.secret, new Headers(headers), body, now);
};
result.notification = await proven("signed");
result.forged = await refusal(proven("forged"));
result.late = await refusal(proven("late"));

const stranger = await as("referent-a").execute(JourneyDocument, { id: randomUUID() }, { purpose: "suivi" });
result.absent = [stranger.data.person, stranger.access.length, stranger.why("person", "rsa", "status")];

const trainee = await as("organisme-formation").execute(JourneyDocument, { id: persons.maelle }, { purpose: "formation" });
result.reason = trainee.why("person", "rsa", "status")?.reason;
const whole = { purpose: "iae", allOrNothing: true };
result.denied = await refusal(as("employeur").execute(JourneyDocument, { id: persons.maelle }, whole));

const connection = (data) => data.persons;
async function ids(hub, variables, purpose) {
  const pages = [];
  for await (const page of hub.pages(PersonsDocument, variables, connection, { purpose })) {
    pages.push([page.cursor, page.nodes.map((person) => person.id), page.isLast]);
  }
  return pages;
}
result.pages = await ids(as("orienteur"), { first: 20 }, "orientation");
result.resumed = await ids(as("orienteur"), { first: 20, after: result.pages[1][0] }, "orientation");
result.withheld = await refusal(ids(as("statisticien"), {}, "statistique"));
const changes = [];
for (const since of [null, undefined]) {
  const from = since === null ? { first: 20 } : { first: 20, since: changes.at(-1)[0] };
  for await (const page of as("orienteur").pages(ChangesDocument, from, (data) => data.changes, { purpose: "orientation" })) {
    changes.push([page.cursor, page.nodes.length, page.answer.data.changes.withdrawn.length, page.isLast]);
  }
}
result.changes = changes.map(([, ...counts]) => counts);
result.clear = await refusal((async () => new Hub("http://hub.exemple.fr/graphql", bearerTokens(() => "x")))());
const crossing = { purpose: "demande", reference: "a\r\nb: c" };
result.header = await refusal(as("referent-a").execute(PersonsDocument, {}, crossing));

if (provider !== null) {
  const credentials = { tokenUrl: `${provider.url}/token`, clientId: provider.client, clientSecret: "secret" };
  const hub = new Hub(url, clientCredentials(credentials));
  result.application = (await ids(hub, { first: 100 }, "orientation")).flatMap((page) => page[1]).length;
  const asked = [];
  const tokens = clientCredentials(credentials);
  const withdrawn = async (fresh) => asked.push(fresh) && `${await tokens(fresh)}${fresh ? "" : "x"}`;
  result.renewed = await refusal(new Hub(url, withdrawn).execute(PersonsDocument, {}, { purpose: "orientation" }));
  result.asked = asked;
  result.together = new Set(await Promise.all([tokens(true), tokens(true), tokens(true)])).size;
  const wrong = new Hub(url, clientCredentials({ ...credentials, clientSecret: "wrong" }));
  result.tokenRefused = await refusal(wrong.execute(PersonsDocument, {}));
}

// A hub that is busy, then answers; another that answers what is no answer.
const replies = [];
const received = [];
const server = createServer(async (request, response) => {
  received.push({ headers: request.headers, body: JSON.parse(await text(request)) });
  const reply = replies.shift();
  if (reply === null) return request.socket.destroy();
  const [status, body, headers] = reply;
  response.writeHead(status, headers).end(body);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address();
const busy = JSON.stringify({ errors: [{ message: "Attendez", extensions: { code: "TOO_MANY_REQUESTS" } }] });
const stub = (attempts) =>
  new Hub(`http://127.0.0.1:${port}`, bearerTokens(() => "x"), {
    retries: { attempts, firstWait: 0.001 },
  });
const ask = (attempts, ...given) => {
  replies.push(...given);
  return refusal(stub(attempts).execute(PersonsDocument, { first: 1 }, { purpose: "suivi" }));
};
const askWrite = (attempts, input, ...given) => {
  replies.push(...given);
  return refusal(stub(attempts).execute(hubClient.RecordAppointmentDocument, { input }));
};
const past = new Date(0).toUTCString();
result.again = await ask(5, [429, busy, { "retry-after": "0" }], [503, busy, { "retry-after": past }], [503, busy], [200, '{"data": {}}']);
result.sent = received.map((entry) => [entry.headers.purpose, entry.body]);
result.keyed = await askWrite(2, { idempotencyKey: "k" }, [503, busy], [200, '{"data": {}}']);
result.unkeyed = await askWrite(2, {}, [503, busy]);
result.unkeyedLater = await askWrite(2, {}, [429, busy, { "retry-after": "0" }], [200, '{"data": {}}']);
result.exhausted = await ask(2, [503, busy], [503, busy]);
result.tooLong = await ask(5, [429, busy, { "retry-after": "3600" }]);
result.misread = await ask(1, [200, '{"data": {"persons": MARTIN']);
result.empty = await ask(1, [200, '{"data": null}']);
const failed = '{"data": {}, "errors": [{"message": "x", "path": ["persons", 0], "extensions": {"code": "SUBGRAPH_TIMEOUT"}}]}';
replies.push([200, failed]);
result.incomplete = await refusal(stub(1).execute(PersonsDocument, {}).then((answer) => answer.whole()));
const expired = '{"data": {}, "errors": [{"message": "x", "path": ["changes"], "extensions": {"code": "CHANGES_EXPIRED"}}]}';
replies.push([200, expired]);
result.startAgain = await refusal(stub(1).pages(ChangesDocument, { since: "c" }, (data) => data.changes).next());
const requests = received.length;

// A hub that restarts, a proxy that does not reach it, a source that fails: who follows goes on from its last page.
const event = (body) => [200, `event: next\ndata: ${body}\n\n`];
const told = (endCursor) => event(JSON.stringify({ data: { changes: { nodes: [], withdrawn: [], pageInfo: { hasNextPage: false, endCursor } } } }));
const follow = async (attempts, ...given) => {
  replies.push(...given);
  const from = received.length;
  const cursors = [];
  const hub = new Hub(`http://127.0.0.1:${port}`, bearerTokens(() => "x"), { retries: { attempts, firstWait: 0.001, longestWait: 0.004 } });
  const failure = await refusal((async () => {
    for await (const page of hub.live(ChangesDocument, { since: "c0" }, (data) => data.changes)) cursors.push(page.cursor);
  })());
  return { cursors, failure, since: received.slice(from).map((entry) => entry.body.variables.since) };
};
const away = [null, null, null, null, null];
const proxy = [[502, "<html>"], [503, busy, { "retry-after": "0" }], [504, ""]];
const completed = [200, "event: complete\ndata: \n\n"];
result.followed = await follow(10, ...away, ...proxy, told("c1"), event(failed), ...away, told("c2"), completed);
result.gaveUp = [await follow(2, null, null), await follow(2, [502, "<html>"], [502, "<html>"]), await follow(2, [403, busy])];

server.close();
server.closeAllConnections();
result.unreachable = await ask(2);
const nobody = clientCredentials({ tokenUrl: `http://127.0.0.1:${port}/token`, clientId: "x", clientSecret: "x" });
result.withoutToken = await refusal(new Hub(url, nobody, { retries: { attempts: 2, firstWait: 0.001 } }).execute(PersonsDocument, {}));
result.requests = requests;
console.log(JSON.stringify(result));
