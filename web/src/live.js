import { createClient, NetworkError } from "graphql-sse";

export const EVENTS = "text/event-stream";
const SECOND = 1000;
const LONGEST = 30;

/** The query kept open as an observable of GraphiQL; a lost connection goes on from its last event, a refusal is the last answer. */
export function keepOpen(request, headers, { tell, unreachable }) {
  return {
    subscribe(sink) {
      let stopped = false;
      const give = (answer) => {
        tell(answer);
        sink.next(answer);
      };
      const close = subscribeTo(request, headers, {
        next: give,
        complete: () => stopped || sink.complete(),
        error: async (error) => {
          if (stopped) return;
          give(await refusalOf(error, unreachable));
          sink.complete();
        },
      });
      return {
        unsubscribe() {
          stopped = true;
          close();
        },
      };
    },
  };
}

function subscribeTo(request, headers, sink) {
  let lastEvent;
  let refused = null;
  const client = createClient({
    url: "/graphql",
    headers: () => ({ ...headers, ...(lastEvent && { "Last-Event-ID": lastEvent }) }),
    fetchFn: async (url, init) => {
      const response = await fetch(url, init);
      refused = response.ok ? null : response;
      return response;
    },
    retry: async (retries) => {
      const asked = Number(refused?.headers.get("Retry-After"));
      if (refused && !asked) throw refused;
      await new Promise((resolve) => setTimeout(resolve, SECOND * (asked || Math.min(2 ** retries, LONGEST))));
    },
    onMessage: ({ data }) => {
      lastEvent = endOf(data) ?? lastEvent;
    },
  });
  return client.subscribe(request, sink);
}

/** The cursor of an answer, which the hub takes back as the id of its event. */
function endOf(answer) {
  return Object.values(answer?.data ?? {})[0]?.pageInfo?.endCursor;
}

async function refusalOf(error, unreachable) {
  const response = error instanceof NetworkError ? error.response : error;
  try {
    return await response.json();
  } catch {
    return unreachable(error);
  }
}
