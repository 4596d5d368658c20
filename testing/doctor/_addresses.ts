/** Endpoints beside the addresses that their members advertise. */
import { lookup } from "node:dns/promises";
import type { Finding, MemberReport } from "./diagnosis.ts";
import type { Examined } from "./_endpoint.ts";

/** Findings that say more of what is in between. */
const TOLD: ReadonlySet<string> = new Set([
  "kine",
  "grpc_proxy",
  "many_members",
]);

/** The endpoints that are none of the addresses of the member behind them. */
export async function examineAddresses(
  examined: readonly Examined[],
  members: readonly MemberReport[],
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    examined.map(async ({ report: { endpoint, memberId }, findings }) => {
      const member = members.find(({ id }) => id === memberId);
      const isTold = findings.some(({ code }) => TOLD.has(code));
      if (member === undefined || isTold) return undefined;
      return await isAmong(endpoint, member.clientUrls)
        ? undefined
        : notAdvertised(endpoint, member);
    }),
  );
  return found.filter((finding) => finding !== undefined);
}

function notAdvertised(
  about: string,
  { name, id, clientUrls }: MemberReport,
): Finding {
  return {
    severity: "note",
    code: "not_advertised",
    about,
    text: `It leads to ${name || id}, which advertises ${
      clientUrls.join(", ")
    }: a gateway, a proxy or a translated address is in between.`,
    advice:
      "None, if that is meant. syncEndpoints() would go past it, to the advertised addresses.",
  };
}

async function isAmong(
  endpoint: string,
  urls: readonly string[],
): Promise<boolean> {
  const place = placeOf(endpoint);
  const places = urls.map(placeOf);
  // A socket, or an address of a form that is not known, says nothing.
  if (place === undefined || places.includes(undefined)) return true;
  const own = await addressesOf(place.host);
  for (const other of places) {
    if (other?.port !== place.port) continue;
    const theirs = await addressesOf(other.host);
    if (theirs.some((address) => own.includes(address))) return true;
  }
  return false;
}

function placeOf(
  url: string,
): { readonly host: string; readonly port: string } | undefined {
  const match = /^(?:https?:\/\/)?\[?([^/[\]]+?)\]?:(\d+)\/?$/.exec(url);
  const [, host, port] = match ?? [];
  return host === undefined || port === undefined ? undefined : { host, port };
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    const found = await lookup(host, { all: true });
    return [host, ...found.map(({ address }) => address)];
  } catch {
    // A name of the members' own network means nothing here.
    return [host];
  }
}
