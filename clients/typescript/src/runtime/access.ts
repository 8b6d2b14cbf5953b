/** Why a field is null or less precise, or whom one asked for is not there: the entries of `extensions.access`. They never hold a person's value. */

import type { Decision, Reason } from "./vocabulary.js";

export interface Access {
  /** Place in the operation, without list positions. */
  readonly path: readonly (string | number)[];
  readonly coordinate: string;
  readonly decision: Decision;
  readonly reason: Reason | null;
  /** The reason in French. */
  readonly message?: string;
  readonly rules: readonly string[];
  /** The field that may be read in its place. */
  readonly instead?: string;
  /** The field whose denial denied this one. */
  readonly required?: string;
  /** Codes of the purposes and relations that would lift the denial; `needed` says the same in French. */
  readonly purposes?: readonly string[];
  readonly relations?: readonly string[];
  readonly needed?: string;
  /** Some values may be missing or less precise. */
  readonly note?: string;
}
