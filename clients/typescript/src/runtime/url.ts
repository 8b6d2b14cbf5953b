const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** The URL, which is https except on this machine; throws TypeError: a token is never sent in clear. */
export function checkUrl(url: string): string {
  const { protocol, hostname } = new URL(url);
  if (protocol !== "https:" && !(protocol === "http:" && LOOPBACK.includes(hostname))) {
    throw new TypeError("the hub's and the identity provider's addresses begin with https://");
  }
  return url;
}
