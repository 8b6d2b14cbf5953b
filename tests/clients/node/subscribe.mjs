// One call of an application that subscribes itself, by the published client, all or nothing.
// Input: JSON {client, url, token, purpose, operation, variables}. Output: JSON, its data, or the codes of its errors.
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const { client, url, token, purpose, operation, variables } = JSON.parse(await text(process.stdin));
const { [`${operation}Document`]: document, Hub, bearerTokens } = await import(pathToFileURL(client).href);
const hub = new Hub(url, bearerTokens(() => token));
const answer = await hub.execute(document, variables, { purpose, allOrNothing: true });
console.log(JSON.stringify({ data: answer.data, errors: answer.errors.map((error) => error.code) }));
