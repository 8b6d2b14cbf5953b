// A system that keeps a copy on Node, with the published client: it follows `changes` over a stream, and begins again
// where it was whenever it is killed. Argument: JSON {client, url, tokenUrl, id, secret, purpose, query, first, file, log}.
// `file` holds people and cursor, replaced at once for each page; `log` has a line for each page that came: ids, and the
// cursor. `once`: it reads to the end and stops.
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const given = JSON.parse(process.argv[2]);
const { HubClient, Incomplete, StartAgain, Unreachable, clientCredentials } = await import(pathToFileURL(given.client).href);
const hash = createHash("sha256").update(given.query).digest("hex");
const operation = { __meta__: { hash } };
const tokens = clientCredentials({ tokenUrl: given.tokenUrl, clientId: given.id, clientSecret: given.secret });
const retries = { attempts: 1000, firstWait: 0.05, longestWait: 0.5 };
const hub = new HubClient({ [hash]: given.query }, given.url, tokens, { retries });
const call = { purpose: given.purpose };

let copy = existsSync(given.file) ? JSON.parse(readFileSync(given.file, "utf8")) : { number: 1, since: null, people: {} };

function write(changed) {
  copy = changed;
  writeFileSync(`${given.file}.new`, JSON.stringify(copy));
  renameSync(`${given.file}.new`, given.file);
}

function take(page) {
  const { nodes, cursor, isLast, answer } = page;
  appendFileSync(given.log, `${JSON.stringify(nodes.map((person) => person.id))}\n`);
  let people = { ...copy.people };
  for (const { id } of answer.data.changes.withdrawn) delete people[id];
  for (const person of nodes) people[person.id] = { copy: copy.number, person };
  if (isLast) people = Object.fromEntries(Object.entries(people).filter(([, kept]) => kept.copy === copy.number));
  write({ ...copy, since: cursor, people });
}

for (;;) {
  const read = given.once ? hub.pages.bind(hub) : hub.live.bind(hub);
  try {
    for await (const page of read(operation, { first: given.first, since: copy.since }, (data) => data.changes, call)) take(page);
    if (given.once) break;
  } catch (error) {
    if (error instanceof StartAgain) write({ ...copy, number: copy.number + 1, since: null });
    else if (!(error instanceof Unreachable || error instanceof Incomplete || error.status >= 500)) throw error;
  }
  await pause(100);
}
