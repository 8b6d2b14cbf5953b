import { getOperationAST, parse } from "graphql";
import { EVENTS, keepOpen } from "./live.js";

const RESPONSE = "application/graphql-response+json";
const INTROSPECTION = "IntrospectionQuery";

/** What the hub tells of itself: the query to start from, the words for purposes, decisions and reasons. */
export async function readPage() {
  const response = await fetch("/graphql/page.json");
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

/** Actors, fresh tokens and people of the demo; null on a hub that is not one. */
export async function readDemo() {
  const response = await fetch("/demo/actors");
  return response.ok ? response.json() : null;
}

/** The headers that make a request one of this actor, for this purpose; `view`: whose schema introspection tells; `live`: whether the query stays open. */
export function headersOf(actor, { purpose, view, live }) {
  return { Authorization: `Bearer ${actor.token}`, Purpose: purpose, "Schema-View": view, Accept: live ? EVENTS : RESPONSE };
}

/**
 * GraphiQL's way to ask the hub. `tell` gets `{access, errors}` of each answer, but nothing of an introspection that went well; `fallback` gives the headers where the header editor is empty.
 * A query whose `Accept` is `text/event-stream` stays open.
 */
export function makeFetcher(tell, fallback) {
  return async ({ query, variables, operationName }, { headers } = {}) => {
    const request = { query, variables, operationName: nameIn(query, operationName) };
    const sent = Object.fromEntries(Object.entries(headers ?? fallback()).map(([name, value]) => [name.toLowerCase(), value]));
    const introspects = operationName === INTROSPECTION;
    if (sent.accept === EVENTS && !introspects) return keepOpen(request, sent, { tell: (answer) => tell(told(answer)), unreachable });
    const answer = await post(request, sent);
    if (!introspects || answer.errors) tell(told(answer));
    return answer;
  };
}

/** The name of the operation, if the document has it: just after a change of tab GraphiQL still gives that of the tab before. */
function nameIn(query, operationName) {
  try {
    return getOperationAST(parse(query), operationName) ? operationName : undefined;
  } catch {
    return operationName;
  }
}

function told({ errors = [], extensions }) {
  return { access: extensions?.access ?? [], errors };
}

async function post(body, headers) {
  const sent = { ...headers, "content-type": "application/json", accept: RESPONSE };
  try {
    const response = await fetch("/graphql", { method: "POST", headers: sent, body: JSON.stringify(body) });
    return await response.json();
  } catch (error) {
    return unreachable(error);
  }
}

function unreachable(error) {
  const message = "Le hub ne répond pas : vérifiez qu’il est démarré, puis relancez la requête.";
  return { errors: [{ message, extensions: { code: "HUB_UNREACHABLE", cause: error.name } }] };
}
