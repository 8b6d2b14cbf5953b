/** Where the tokens come from: client credentials, renewed before they end, or the application's own function. */

import * as oauth from "oauth4webapi";

import { TokenRefused, Unreachable } from "./errors.js";
import { checkUrl } from "./url.js";

/** Gives a token for the next request, another one if `fresh`; throws TokenRefused, Unreachable. */
export type Tokens = (fresh: boolean) => Promise<string>;

export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
  /** What the provider asks for beside, such as `audience`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Milliseconds before its end at which a token is renewed. */
const LEEWAY = 60_000;

/** Tokens that a function of the application gives, such as those of its signed-in users. */
export function bearerTokens(token: () => string | Promise<string>): Tokens {
  return async () => token();
}

/** Tokens of the application itself (RFC 6749 §4.4). A secret is for servers, never for a page. */
export function clientCredentials(credentials: ClientCredentials): Tokens {
  checkUrl(credentials.tokenUrl);
  let asked: Promise<{ token: string; renewAt: number }> | undefined;
  return async (fresh) => {
    const before = asked;
    const current = await before;
    const lasts = current !== undefined && current.renewAt > Date.now() && !fresh;
    if (!lasts && asked === before) {
      asked = ask(credentials).catch((error: unknown) => {
        asked = undefined;
        throw error;
      });
    }
    return (await asked!).token;
  };
}

async function ask(credentials: ClientCredentials): Promise<{ token: string; renewAt: number }> {
  const server = { issuer: new URL(credentials.tokenUrl).origin, token_endpoint: credentials.tokenUrl };
  const client = { client_id: credentials.clientId };
  const parameters = new URLSearchParams(credentials.parameters);
  if (credentials.scope !== undefined) parameters.set("scope", credentials.scope);
  let response: Response;
  try {
    response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretBasic(credentials.clientSecret),
      parameters,
      { [oauth.allowInsecureRequests]: credentials.tokenUrl.startsWith("http:") },
    );
  } catch (error) {
    throw new Unreachable(error instanceof Error ? error.name : "unknown");
  }
  let code: string;
  try {
    const answer = await oauth.processClientCredentialsResponse(server, client, response);
    const seconds = answer.expires_in ?? Infinity;
    return { token: answer.access_token, renewAt: Date.now() + seconds * 1000 - LEEWAY };
  } catch (error) {
    code = codeOf(error);
  }
  throw new TokenRefused(code);
}

function codeOf(error: unknown): string {
  if (error instanceof oauth.ResponseBodyError) return error.error;
  const challenge = error instanceof oauth.WWWAuthenticateChallengeError ? error.cause[0] : undefined;
  return challenge?.parameters.error ?? (error instanceof Error ? error.name : "unknown");
}
