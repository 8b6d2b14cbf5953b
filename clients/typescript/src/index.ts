// Made by `hub client typescript`: to change it, change the operations or the schema, and make it again.

import { documents } from "./documents.js";
import { HubClient, type Options, type Tokens } from "./runtime/index.js";

export * from "./labels.js";
export * from "./operations.js";
export * from "./runtime/index.js";

/** A hub at an address, asked the operations of this client with an application's tokens. */
export class Hub extends HubClient {
  constructor(url: string, tokens: Tokens, options: Options = {}) {
    super(documents, url, tokens, options);
  }
}
