/** Signs the user in: authorization code with PKCE (RFC 6749, 7636). The token stays in memory, and goes with the page. */

import * as oauth from "oauth4webapi";

/** Where the page finds the hub and the identity provider, and its own name there: `/settings.json`. */
export interface Settings {
  readonly hub: string;
  readonly issuer: string;
  readonly authorize: string;
  readonly token: string;
  readonly client: string;
}

const PENDING = "sign-in";

/** Goes to the provider. What proves that the answer is for this page waits in the tab until it is back. */
export async function leave(settings: Settings): Promise<void> {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  sessionStorage.setItem(PENDING, JSON.stringify({ verifier, state }));
  const address = new URL(settings.authorize);
  address.search = new URLSearchParams({
    response_type: "code",
    client_id: settings.client,
    redirect_uri: home(),
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  }).toString();
  location.assign(address);
}

/** The token, if the page was opened by the provider's answer, which leaves the address at once; throws an error of
 * oauth4webapi for an answer to somebody else, or a refusal. */
export async function comeBack(settings: Settings): Promise<string | null> {
  const pending = sessionStorage.getItem(PENDING);
  sessionStorage.removeItem(PENDING);
  const answer = new URLSearchParams(location.search);
  history.replaceState(null, "", location.pathname);
  if (pending === null || !answer.has("state")) return null;
  const { verifier, state } = JSON.parse(pending) as { verifier: string; state: string };
  const server: oauth.AuthorizationServer = {
    issuer: settings.issuer,
    token_endpoint: settings.token,
    authorization_response_iss_parameter_supported: true,
  };
  const client = { client_id: settings.client };
  const parameters = oauth.validateAuthResponse(server, client, answer, state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    home(),
    verifier,
    { [oauth.allowInsecureRequests]: new URL(settings.token).hostname === "127.0.0.1" },
  );
  return (await oauth.processAuthorizationCodeResponse(server, client, response)).access_token;
}

function home(): string {
  return `${location.origin}/`;
}
