/** Notifications that the hub posts to a subscriber: proven to be its own, then read (Standard Webhooks). */

import { NotSigned } from "./errors.js";

/** A person whom the copy loses; `into` is the one with whom it is one now. */
export interface WithdrawnPerson {
  readonly id: string;
  readonly kind: string;
  readonly into: string | null;
}

/** What changed: `identifier` is the same where the hub sends one again; `restart`: read all anew. */
export interface Notification {
  readonly identifier: string;
  readonly subscription: string;
  readonly restart: boolean;
  readonly changed: readonly string[];
  readonly withdrawn: readonly WithdrawnPerson[];
}

/** Seconds by which the clocks of both sides may differ. */
const TOLERANCE = 300;

/** The notification in a request with these headers and this body; throws NotSigned for one that the hub did not sign under
 * this secret (`whsec_…`), or not within five minutes. Keep its identifier, and take none twice. */
export async function readNotification(
  secret: string,
  headers: Headers,
  body: string,
  now: number = Date.now() / 1000,
): Promise<Notification> {
  const identifier = headers.get("webhook-id") ?? "";
  const instant = headers.get("webhook-timestamp") ?? "";
  if (!/^\d{1,15}$/.test(instant)) throw new NotSigned("no time");
  if (Math.abs(Number(instant) - now) > TOLERANCE) throw new NotSigned("too old");
  const key = bytes(secret.replace(/^whsec_/, ""));
  if (key === null) throw new NotSigned("no secret");
  const hmac = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const signed = new TextEncoder().encode(`${identifier}.${instant}.${body}`);
  let proven = false;
  for (const part of (headers.get("webhook-signature") ?? "").split(" ")) {
    const signature = part.startsWith("v1,") ? bytes(part.slice(3)) : null;
    if (signature !== null) proven ||= await crypto.subtle.verify("HMAC", hmac, signature, signed);
  }
  if (!proven) throw new NotSigned("another signature");
  const { type, data } = JSON.parse(body);
  const { subscription, changed = [], withdrawn = [] } = data;
  return { identifier, subscription, restart: type === "changes.restart", changed, withdrawn };
}

function bytes(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
