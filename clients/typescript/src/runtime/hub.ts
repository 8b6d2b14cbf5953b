/** The client: sends operations, again where the hub asks for it, and follows pages. */

import type { DocumentTypeDecoration } from "@graphql-typed-document-node/core";

import { readAnswer, type Answer } from "./answers.js";
import { HubError, Incomplete, NotUnderstood, Refused, StartAgain, Unreachable, Withheld } from "./errors.js";
import type { Tokens } from "./tokens.js";
import { checkUrl } from "./url.js";
import type { Purpose } from "./vocabulary.js";

/** An operation that the generator made; its text stands in the manifest, under its hash. */
export type Operation<Data, Variables> = DocumentTypeDecoration<Data, Variables> & {
  __meta__?: Record<string, unknown> | undefined;
};

/** What goes with an operation. */
export interface Call {
  readonly purpose?: Purpose | (string & {});
  /** A case number, never a person's: `Purpose-Reference`. */
  readonly reference?: string;
  /** A field that is denied refuses the whole operation (`Access-Mode: refuse`). */
  readonly allOrNothing?: boolean;
}

/** How often a request is sent, and the seconds between: `firstWait`, doubled each time, at most `longestWait`.
 * `Retry-After` is waited for instead; one that is longer than `longestWait` ends the call. */
export interface Retries {
  readonly attempts: number;
  readonly firstWait: number;
  readonly longestWait: number;
}

export interface Options {
  readonly retries?: Partial<Retries>;
  /** Seconds for one request. */
  readonly timeout?: number;
}

/** Variables of an operation on a list. */
export type Cursor = { after?: string | null | undefined; since?: string | null | undefined };

interface Reply {
  readonly response: Response;
  readonly text: string;
}

/** A page of a list, as the schema has it. */
export interface Connection<Node> {
  readonly nodes: readonly Node[] | null;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** One page; its cursor, kept once the page is stored, is where a later load goes on. */
export class Page<Data, Node> {
  readonly #nodes: readonly Node[];

  constructor(
    nodes: readonly Node[],
    readonly cursor: string | null,
    readonly isLast: boolean,
    readonly answer: Answer<Data>,
  ) {
    this.#nodes = nodes;
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }
}

const REFERENCE = /^[!-~]([ -~]{0,38}[!-~])?$/;
/** Statuses after which a request may be sent again: the hub's, and those of a proxy that does not reach it. */
const BUSY = [429, 502, 503, 504];
/** Codes of the hub for a cursor from which nobody can go on. */
const RESTARTS = ["CHANGES_EXPIRED", "CHANGES_RESTART"];
/** Milliseconds without a byte after which a connection is taken for lost: the hub sends one each fifteen seconds. */
const SILENCE = 60_000;
const RETRIES: Retries = { attempts: 5, firstWait: 0.5, longestWait: 60 };

/** A hub at an address, asked with an application's tokens; `documents` is the manifest of its operations. */
export class HubClient {
  readonly #retries: Retries;
  readonly #timeout: number;

  constructor(
    readonly documents: Readonly<Record<string, string>>,
    readonly url: string,
    readonly tokens: Tokens,
    options: Options = {},
  ) {
    checkUrl(url);
    this.#retries = { ...RETRIES, ...options.retries };
    this.#timeout = (options.timeout ?? 30) * 1000;
  }

  /** The answer to an operation; throws HubError. A mutation without a key is sent again only after 429. */
  async execute<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: NoInfer<Variables>,
    call: Call = {},
  ): Promise<Answer<Data>> {
    const { documentId, query } = this.#document(operation);
    const repeatable = !/(^|} )mutation /.test(query) || hasKey(variables);
    const busy = repeatable ? BUSY : [429];
    const body = JSON.stringify({ query, documentId, variables });
    const headers = callHeaders(call);
    const { attempts, firstWait, longestWait } = this.#retries;
    let mayRenew = true;
    for (let attempt = 1, wait = firstWait; ; attempt += 1, wait *= 2) {
      const last = attempt >= attempts;
      let seconds = Math.min(wait, longestWait) * (0.5 + Math.random() / 2);
      let reply = await this.#post(headers, body, false);
      if (mayRenew && typeof reply !== "string" && reply.response.status === 401) {
        mayRenew = false; // keys of issuers change
        reply = await this.#post(headers, body, true);
      }
      if (typeof reply === "string") {
        if (last || !repeatable) throw new Unreachable(reply);
      } else {
        const asked = retryAfter(reply.response.headers.get("retry-after"));
        if (last || !busy.includes(reply.response.status) || (asked ?? 0) > longestWait) {
          return readAnswer<Data>(reply.response, reply.text, asked);
        }
        seconds = asked ?? seconds;
      }
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }

  /** The pages of a list, from the cursor in the variables (`after` or `since`) on, each of them whole; throws HubError.
   * `connection` finds the list in the data. */
  async *pages<Data, Variables extends Cursor, Node>(
    operation: Operation<Data, Variables>,
    variables: NoInfer<Variables>,
    connection: (data: Data) => Connection<Node> | null | undefined,
    call: Call = {},
  ): AsyncGenerator<Page<Data, Node>, void> {
    const name = /\$since\b/.test(this.#document(operation).query) ? "since" : "after";
    for (let cursor = variables[name] ?? null; ; ) {
      const page = pageOf(await this.execute(operation, { ...variables, [name]: cursor }, call), connection);
      yield page;
      if (page.isLast) return;
      if (page.cursor === null || page.cursor === cursor) throw new NotUnderstood(200, "endCursor"); // else the load would never end
      cursor = page.cursor;
    }
  }

  /** The pages of `changes` from `since` on, then each change as it comes, across lost connections, sources that fail and ended
   * tokens; throws HubError. Leaving the loop closes the connection. */
  async *live<Data, Variables extends Cursor, Node>(
    operation: Operation<Data, Variables>,
    variables: NoInfer<Variables>,
    connection: (data: Data) => Connection<Node> | null | undefined,
    call: Call = {},
  ): AsyncGenerator<Page<Data, Node>, void> {
    const document = this.#document(operation);
    const { attempts, firstWait, longestWait } = this.#retries;
    const headers = { ...callHeaders(call), accept: "text/event-stream" };
    let since = variables.since ?? null;
    for (let failures = 0, fresh = false, mayRenew = true; ; ) {
      let seconds = Math.min(firstWait * 2 ** failures, longestWait);
      let failure: HubError = new Unreachable("closed");
      try {
        const body = JSON.stringify({ ...document, variables: { ...variables, since } });
        for await (const { response, text } of this.#events(headers, body, fresh)) {
          if (text === null) return;
          const page = pageOf(readAnswer<Data>(response, text, retryAfter(response.headers.get("retry-after"))), connection);
          since = page.cursor ?? since;
          [failures, fresh, mayRenew] = [0, false, true];
          yield page;
        }
      } catch (error) {
        if (error instanceof Refused && (error.status === 401 || error.code.startsWith("TOKEN_"))) {
          if (!mayRenew) throw error;
          [fresh, mayRenew] = [true, false];
          continue;
        }
        const answered = error instanceof Refused || error instanceof NotUnderstood;
        const asked = error instanceof Refused ? error.retryAfter : null;
        const busy = answered && BUSY.includes(error.status) && (asked ?? 0) <= longestWait;
        const passing = busy || error instanceof Incomplete || error instanceof Unreachable;
        if (error instanceof HubError && !passing) throw error;
        seconds = asked ?? seconds; // what is no error of the hub is a connection that was lost or refused
        failure = passing ? error : new Unreachable(error instanceof Error ? error.name : "unknown");
      }
      failures += 1;
      if (failures >= attempts) throw failure;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }

  /** The answers of a stream; one of another status alone; null once the hub completes it. */
  async *#events(
    headers: Record<string, string>,
    body: string,
    fresh: boolean,
  ): AsyncGenerator<{ response: Response; text: string | null }, void> {
    const authorization = `Bearer ${await this.tokens(fresh)}`;
    const closing = new AbortController();
    let silence = setTimeout(() => closing.abort(), SILENCE);
    try {
      const sent = { ...headers, authorization };
      const response = await fetch(this.url, { method: "POST", headers: sent, body, redirect: "error", signal: closing.signal });
      if (response.status !== 200 || response.body === null) {
        yield { response, text: await response.text() };
        return;
      }
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ; ) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => closing.abort(), SILENCE);
        const parts = (rest + value).split("\n\n");
        rest = parts.pop() ?? "";
        for (const lines of parts.map((part) => part.split("\n"))) {
          if (lines.includes("event: complete")) yield { response, text: null };
          else if (lines.includes("event: next")) {
            yield { response, text: lines.find((line) => line.startsWith("data: "))?.slice(6) ?? "" };
          }
        }
      }
    } finally {
      clearTimeout(silence);
      closing.abort();
    }
  }

  #document(operation: Operation<unknown, never>): { documentId: string; query: string } {
    const documentId = String(operation.__meta__?.["hash"]);
    const query = this.documents[documentId];
    if (query === undefined) throw new TypeError("an operation of another client");
    return { documentId, query };
  }

  /** The response and its body, or the name of what failed. */
  async #post(headers: Record<string, string>, body: string, fresh: boolean): Promise<Reply | string> {
    let authorization: string;
    try {
      authorization = `Bearer ${await this.tokens(fresh)}`;
    } catch (error) {
      if (error instanceof Unreachable) return error.failure;
      throw error;
    }
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: { ...headers, authorization },
        body,
        redirect: "error",
        signal: AbortSignal.timeout(this.#timeout),
      });
      return { response, text: await response.text() };
    } catch (error) {
      return error instanceof Error ? error.name : "unknown";
    }
  }
}

/** The page in an answer; throws StartAgain, Incomplete, Withheld. */
function pageOf<Data, Node>(
  answer: Answer<Data>,
  connection: (data: Data) => Connection<Node> | null | undefined,
): Page<Data, Node> {
  const restart = answer.errors.find((error) => RESTARTS.includes(error.code));
  if (restart) throw new StartAgain(restart.code);
  const page = connection(answer.whole());
  if (page?.nodes == null) throw new Withheld(answer.access);
  return new Page(page.nodes, page.pageInfo.endCursor, !page.pageInfo.hasNextPage, answer);
}

/** Whether what is written has a key, under which the hub writes it once. */
function hasKey(variables: unknown): boolean {
  return Object.values(variables ?? {}).some((value) => value?.idempotencyKey !== undefined);
}

/** The headers of the hub; throws TypeError, without the value, for a text that no header can carry. */
function callHeaders(call: Call): Record<string, string> {
  const headers: Record<string, string> = {
    accept: "application/graphql-response+json",
    "content-type": "application/json",
  };
  for (const [name, text] of [["purpose", call.purpose], ["purpose-reference", call.reference]] as const) {
    if (text === undefined) continue;
    if (!REFERENCE.test(text)) throw new TypeError(`${name}: 1 to 40 printable ASCII characters`);
    headers[name] = text;
  }
  if (call.allOrNothing) headers["access-mode"] = "refuse";
  return headers;
}

/** Seconds that this header asks to wait (RFC 9110 §10.2.3: seconds or a date). */
function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, (date - Date.now()) / 1000);
}
