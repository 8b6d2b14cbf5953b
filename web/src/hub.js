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

/** The headers that make a request one of this actor, for this purpose; `view`: whose schema introspection tells. */
export function headersOf(actor, { purpose, view }) {
  return { Authorization: `Bearer ${actor.token}`, Purpose: purpose, "Schema-View": view };
}

/**
 * GraphiQL's way to ask the hub. `tell` gets `{access, errors}` of each answer, but nothing of an introspection that went well; `fallback` gives the headers where the header editor is empty.
 */
export function makeFetcher(tell, fallback) {
  return async ({ query, variables, operationName }, { headers } = {}) => {
    const answer = await post({ query, variables, operationName }, headers ?? fallback());
    if (operationName !== INTROSPECTION || answer.errors) tell(told(answer));
    return answer;
  };
}

function told({ errors = [], extensions }) {
  return { access: extensions?.access ?? [], errors };
}

async function post(body, headers) {
  const sent = { ...headers, "Content-Type": "application/json", Accept: RESPONSE };
  try {
    const response = await fetch("/graphql", { method: "POST", headers: sent, body: JSON.stringify(body) });
    return await response.json();
  } catch (error) {
    const message = "Le hub ne répond pas : vérifiez qu’il est démarré, puis relancez la requête.";
    return { errors: [{ message, extensions: { code: "HUB_UNREACHABLE", cause: error.name } }] };
  }
}
