/** What every generated client offers beside its operations. */

export type { Access } from "./access.js";
export { Answer } from "./answers.js";
export * from "./errors.js";
export { HubClient, Page, type Call, type Connection, type Operation, type Options, type Retries } from "./hub.js";
export { readNotification, type Notification, type WithdrawnPerson } from "./notifications.js";
export { bearerTokens, clientCredentials, type ClientCredentials, type Tokens } from "./tokens.js";
export { SCHEMA_VERSION, type Decision, type Purpose, type Reason } from "./vocabulary.js";
