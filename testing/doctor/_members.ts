/** The members of a cluster as they list themselves, and those that were reached. */
import {
  Client,
  type ClusterMember,
  EtcdError,
  type MemberStatus,
} from "../../mod.ts";
import { clientOptions, hexId, LOOPBACK, tried } from "./_client.ts";
import type { Finding, MemberReport } from "./diagnosis.ts";
import type { Examined } from "./_endpoint.ts";
import type { Settings } from "./options.ts";

/** The members, with those that no endpoint leads to asked at their own URLs. */
export interface Members {
  readonly reports: readonly MemberReport[];
  /** The statuses by id, of all that were reached. */
  readonly statuses: ReadonlyMap<bigint, MemberStatus>;
  readonly findings: readonly Finding[];
}

/** Lists the members by the endpoints that answer, and asks each. */
export async function examineMembers(
  examined: readonly Examined[],
  settings: Settings,
): Promise<Members> {
  const statuses = new Map(
    examined.flatMap(({ status }) =>
      status === undefined || status.header.memberId === 0n
        ? []
        : [[status.header.memberId, status] as const]
    ),
  );
  const endpoints = examined.filter(({ status }) => status !== undefined)
    .map(({ report }) => report.endpoint);
  const asked = new Set(examined.map(({ report }) => report.endpoint));
  const listed = await listMembers(endpoints, settings);
  const findings: Finding[] = [];
  // Behind a proxy are members that no endpoint names, and need not.
  const isShared = examined.some(({ findings }) =>
    findings.some(({ code }) => code === "many_members")
  );
  for (const member of listed) {
    // kine lists itself, without an id.
    if (statuses.has(member.id) || member.id === 0n) continue;
    // The endpoint has said so already.
    if (member.clientUrls.some((url) => asked.has(url))) continue;
    const status = await askOwnUrls(member, settings);
    if (status instanceof EtcdError || status === undefined) {
      findings.push(unreached(member, { error: status, endpoints }));
    } else {
      statuses.set(member.id, status);
      if (!isShared) findings.push(notNamed(member));
    }
  }
  const leaders = new Set([...statuses.values()].map(({ leader }) => leader));
  return {
    reports: listed.map((member) => reportOf(member, { statuses, leaders })),
    statuses,
    findings,
  };
}

/** Most servers tell them to anybody, also where a password is wrong. */
async function listMembers(
  endpoints: readonly string[],
  settings: Settings,
): Promise<readonly ClusterMember[]> {
  const { signal, client: { auth } } = settings;
  if (endpoints.length === 0) return [];
  for (const as of auth === undefined ? [undefined] : [undefined, auth]) {
    await using client = new Client({
      ...clientOptions(settings),
      auth: as,
      endpoints,
    });
    const list = await tried(
      client.cluster.members({ linearizable: false, signal }),
    );
    if (!(list instanceof EtcdError)) return list.members;
  }
  return [];
}

async function askOwnUrls(
  { clientUrls }: ClusterMember,
  settings: Settings,
): Promise<MemberStatus | EtcdError | undefined> {
  let last: MemberStatus | EtcdError | undefined;
  for (const url of clientUrls) {
    // Credentials go to nobody whom the user has not named.
    await using client = new Client({
      ...clientOptions(settings),
      auth: undefined,
      endpoints: url,
    });
    last = await tried(client.member(url).status({ signal: settings.signal }));
    if (!(last instanceof EtcdError)) return last;
  }
  return last;
}

function unreached(
  { name, id, clientUrls }: ClusterMember,
  { error, endpoints }: {
    readonly error: EtcdError | undefined;
    readonly endpoints: readonly string[];
  },
): Finding {
  const about = name || hexId(id);
  if (clientUrls.length === 0) {
    return {
      severity: "warning",
      code: "member_not_started",
      about,
      text: "The member was added, and has never started.",
      advice:
        "Start it with --initial-cluster-state=existing, or remove it: it counts for the majority.",
    };
  }
  const isElsewhere = endpoints.every((endpoint) => !LOOPBACK.test(endpoint)) &&
    clientUrls.every((url) => LOOPBACK.test(url));
  return {
    severity: "warning",
    code: "member_unreachable",
    about,
    text: isElsewhere
      ? `It says that clients reach it at ${
        clientUrls.join(", ")
      }, which is the machine that asks.`
      : `It cannot be reached at ${clientUrls.join(", ")}${
        error === undefined ? "" : `: ${error.message}`
      }.`,
    advice: isElsewhere
      ? "Set its --advertise-client-urls to an address that clients reach."
      : "Start it, or set its --advertise-client-urls to an address that clients reach; its --listen-client-urls must have that too.",
  };
}

function notNamed({ name, id, clientUrls }: ClusterMember): Finding {
  return {
    severity: "note",
    code: "endpoints_missing",
    about: name || hexId(id),
    text: `The member serves at ${
      clientUrls.join(", ")
    }, and no endpoint leads to it.`,
    advice:
      "Add it to the endpoints, or call syncEndpoints(): a client that knows all members can leave one that fails.",
  };
}

function reportOf(
  { id, name, clientUrls, isLearner }: ClusterMember,
  { statuses, leaders }: {
    readonly statuses: ReadonlyMap<bigint, MemberStatus>;
    readonly leaders: ReadonlySet<bigint | undefined>;
  },
): MemberReport {
  const status = statuses.get(id);
  return {
    id: hexId(id),
    name,
    clientUrls,
    isLearner,
    leads: leaders.has(id),
    reached: status !== undefined,
    ...status !== undefined && { version: status.version },
  };
}
