/** Every error of a client. None holds a value of a person, nor the error that caused it, which might. */

import type { Access } from "./access.js";

/** Why one field could not be answered. */
export interface FieldError {
  readonly code: string;
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** Root of the tree. */
export class HubError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** The hub refused the request, of which nothing was executed or sent. */
export class Refused extends HubError {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly trace: string | null,
    readonly retryAfter: number | null,
    readonly access: readonly Access[],
  ) {
    super(`${message} [${code}]`);
  }
}

/** Some fields are null because a source failed, not because there is nothing. */
export class Incomplete extends HubError {
  constructor(
    readonly errors: readonly FieldError[],
    readonly trace: string | null,
  ) {
    const places = errors.map((error) => `${error.path.join(".")}, ${error.message} [${error.code}]`);
    super(`Réponse incomplète : ${places.join(" ; ")}`);
  }
}

/** The cursor of `changes` is of another perimeter, of other rules or fields, or too old: read all anew, without it, and
 * replace the copy. */
export class StartAgain extends HubError {
  constructor(readonly code: string) {
    super(`Ce curseur ne vaut plus : relisez tout, sans curseur, et remplacez la copie [${code}]`);
  }
}

/** The list that was asked for page by page is not open to this actor. */
export class Withheld extends HubError {
  constructor(readonly access: readonly Access[]) {
    const reasons = access.flatMap((entry) => (entry.reason ? [`${entry.coordinate} [${entry.reason}]`] : []));
    super(`Cette liste n'est pas ouverte à cet acteur : ${reasons.join(", ") || "aucun motif donné"}`);
  }
}

/** The identity provider gave no token; `code` is that of OAuth 2.0 (RFC 6749 §5.2) where there is one. */
export class TokenRefused extends HubError {
  constructor(readonly code: string) {
    super(`Le fournisseur d'identité n'a pas donné de jeton [${code}]`);
  }
}

/** A notification is not the hub's: answer 401, and keep nothing of it. */
export class NotSigned extends HubError {
  constructor(problem: string) {
    super(`Cette notification n'est pas signée par le hub [${problem}]`);
  }
}

/** No answer came from the hub, or none from the identity provider. */
export class Unreachable extends HubError {
  constructor(readonly failure: string) {
    super(`Le hub ne répond pas [${failure}]`);
  }
}

/** What came is no answer of the hub. */
export class NotUnderstood extends HubError {
  constructor(
    readonly status: number,
    readonly place: string,
  ) {
    const mend =
      status === 200
        ? "régénérez ce client pour le schéma actuel"
        : "vérifiez l'adresse du hub, qui finit par « /graphql »";
    super(`Réponse inattendue (HTTP ${status}) à ${place} : ${mend}.`);
  }
}
