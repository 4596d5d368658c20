/** Findings on proxies between the client and a member, as far as they show. */
import { Client, EtcdError, type MemberStatus } from "../../mod.ts";
import type { Finding } from "./diagnosis.ts";
import { clientOptions, KEY, tried } from "./_client.ts";
import type { Settings } from "./options.ts";

/** A read whose request is of this size: below etcd's limit, above nginx's. */
const LARGE_BYTES = 1_200_000;
/** So often a member is asked who it is, each time on a new connection. */
const TIMES = 4;

interface Seen {
  readonly status: MemberStatus;
  /** The name by which what answers in HTTP/1.1 calls itself. */
  readonly server: string | undefined;
  readonly settings: Settings;
}

/** The findings on what is in between, or in the place of etcd. */
export async function between(
  endpoint: string,
  { status, server, settings }: Seen,
): Promise<readonly Finding[]> {
  await using client = new Client({
    ...clientOptions(settings),
    endpoints: endpoint,
  });
  const isKine = status.header.clusterId === 0n &&
    status.header.memberId === 0n;
  const rest = { endpoint, client, settings };
  return [
    ...isKine ? [kine(endpoint)] : await proxies(rest),
    ...server === undefined ? [] : [named(endpoint, server)],
    ...isKine ? [] : await manyMembers(rest),
    ...await largeRequest(rest),
    ...await idleStream(rest),
  ];
}

interface Rest {
  readonly endpoint: string;
  readonly client: Client;
  readonly settings: Settings;
}

function kine(about: string): Finding {
  return {
    severity: "warning",
    code: "kine",
    about,
    text: "It is no etcd: all its ids are 0, as kine's are.",
    advice:
      "Do without what kine refuses: leases that are renewed, sessions, locks, elections, users, sorting, and most transactions.",
  };
}

function named(about: string, server: string): Finding {
  return {
    severity: "note",
    code: "proxy",
    about,
    text: `'${server}' is in between: etcd has no such name.`,
    advice:
      "Set its limits of time for idle streams, and of size for requests, above what the calls need.",
  };
}

/** etcd's own proxy: its list of members has no header. */
async function proxies(
  { endpoint, client, settings: { signal } }: Rest,
): Promise<readonly Finding[]> {
  const list = await tried(
    client.cluster.members({ linearizable: false, signal }),
  );
  if (list instanceof Error || list.header.memberId !== 0n) return [];
  return [{
    severity: "warning",
    code: "grpc_proxy",
    about: endpoint,
    text:
      "It is etcd's grpc-proxy: serializable reads come from its cache and may be old, and watches have no progress.",
    advice:
      "Use the members' own addresses where there is no need for the proxy, and do not use syncEndpoints() behind it.",
  }];
}

async function manyMembers(
  { endpoint, client, settings: { signal } }: Rest,
): Promise<readonly Finding[]> {
  const ids = new Set<bigint>();
  const member = client.member(endpoint);
  for (let time = 0; time < TIMES; time++) {
    // Some share out connections, others the calls on each of them.
    if (time % 2 === 0) await member.close();
    const status = await tried(member.status({ signal }));
    if (!(status instanceof Error)) ids.add(status.header.memberId);
  }
  return ids.size < 2 ? [] : [{
    severity: "warning",
    code: "many_members",
    about: endpoint,
    text:
      `${ids.size} members answer behind it: a proxy shares out the calls, and a balancer strategy has nothing to choose from.`,
    advice:
      "Name each member as an endpoint of its own where they can be reached; then a member that hangs is left.",
  }];
}

async function largeRequest(
  { endpoint, client, settings: { signal } }: Rest,
): Promise<readonly Finding[]> {
  const answer = await tried(
    client.get(new Uint8Array(LARGE_BYTES).fill(120), { signal }),
  );
  const isLimit = answer instanceof EtcdError &&
    (answer.code === "request_too_large" ||
      answer.code === "resource_exhausted");
  return isLimit
    ? [{
      severity: "warning",
      code: "request_limit",
      about: endpoint,
      text:
        `A request of 1.2 MB is refused, and etcd takes 1.5 MB: ${answer.message}.`,
      advice:
        "Raise the limit of what is in between (nginx: client_max_body_size 2m), or that of etcd (--max-request-bytes).",
    }]
    : [];
}

/** Leaves a watch alone for a while, and sees whether something ends it. */
async function idleStream(
  { endpoint, settings }: Rest,
): Promise<readonly Finding[]> {
  const { idleMs, signal } = settings;
  if (idleMs === undefined) return [];
  const cut = Promise.withResolvers<string>();
  await using client = new Client({
    ...clientOptions(settings),
    endpoints: endpoint,
    onEvent(event) {
      if (event.type === "watch_resumed") cut.resolve("it was ended");
    },
  });
  await using watch = client.watch(KEY, { heartbeat: false });
  const startMs = settings.nowMs();
  const timer = Promise.withResolvers<undefined>();
  const id = setTimeout(() => timer.resolve(undefined), idleMs);
  const stop = (): void => timer.reject(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const isReady = await tried(watch.ready);
    if (isReady instanceof Error) return [];
    const end = await Promise.race([cut.promise, timer.promise]);
    if (end === undefined) return [];
    const seconds = Math.round((settings.nowMs() - startMs) / 1_000);
    return [{
      severity: "warning",
      code: "idle_limit",
      about: endpoint,
      text: `A stream that was idle was ended after about ${seconds} s.`,
      advice:
        "Raise the limit of what is in between (nginx: grpc_read_timeout, client_body_timeout; HAProxy: timeout client, timeout server), or let watches have a heartbeat below it.",
    }];
  } finally {
    clearTimeout(id);
    signal?.removeEventListener("abort", stop);
  }
}
