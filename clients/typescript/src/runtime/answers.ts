/** Reads a GraphQL response into an answer: data, access reasons, errors. */

import type { Access } from "./access.js";
import { Incomplete, NotUnderstood, Refused, type FieldError } from "./errors.js";

interface Envelope<Data> {
  data?: Data | null;
  errors?: {
    message: string;
    path?: (string | number)[];
    extensions?: { code?: string; access?: Access[] };
  }[];
  extensions?: { access?: Access[] };
}

/** What the hub answered. Printing it, or writing it as JSON, shows no data. */
export class Answer<Data> {
  readonly #data: Data;

  constructor(
    data: Data,
    readonly access: readonly Access[],
    readonly errors: readonly FieldError[],
    /** Identifier of the request, by which whoever runs the hub finds it. */
    readonly trace: string | null,
  ) {
    this.#data = data;
  }

  /** The data, in which a null may also come from a source that failed. */
  get data(): Data {
    return this.#data;
  }

  /** The decision on this place of the operation, or on the nearest place above it; undefined if it is plainly read. */
  why(...path: string[]): Access | undefined {
    const above = this.access.filter((entry) => entry.path.every((key, index) => key === path[index]));
    return above.reduce<Access | undefined>(
      (nearest, entry) => (nearest && nearest.path.length >= entry.path.length ? nearest : entry),
      undefined,
    );
  }

  /** The data, in which a null is one at the source or is withheld; throws Incomplete if a source failed. */
  whole(): Data {
    if (this.errors.length > 0) throw new Incomplete(this.errors, this.trace);
    return this.#data;
  }
}

/** The answer in this body; throws Refused, NotUnderstood. */
export function readAnswer<Data>(response: Response, body: string, retryAfter: number | null): Answer<Data> {
  const envelope = parse<Data>(body, response.status);
  const trace = response.headers.get("trace-id");
  const errors = (envelope.errors ?? []).map((error) => ({
    code: error.extensions?.code ?? "UNKNOWN",
    message: error.message,
    path: error.path ?? [],
  }));
  if (envelope.data === undefined || envelope.data === null) {
    const [first] = errors;
    if (first === undefined) throw new NotUnderstood(response.status, "$.data");
    const access = envelope.errors?.[0]?.extensions?.access ?? [];
    throw new Refused(first.code, first.message, response.status, trace, retryAfter, access);
  }
  return new Answer(envelope.data, envelope.extensions?.access ?? [], errors, trace);
}

function parse<Data>(body: string, status: number): Envelope<Data> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined; // the parser's message quotes the body
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new NotUnderstood(status, "$");
  return value as Envelope<Data>;
}
