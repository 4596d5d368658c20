/** Findings on the cluster as a whole: its members side by side. */
import type { MemberStatus } from "../../mod.ts";
import { hexId } from "./_client.ts";
import { databaseFindings } from "./_database.ts";
import type { Finding, MemberReport } from "./diagnosis.ts";
import type { Examined } from "./_endpoint.ts";
import type { Members } from "./_members.ts";

const CLUSTER = "cluster";
/** Entries that a member may be behind while all is well. */
const LAG = 5_000n;
const OLDEST = [3, 4] as const;

/** The findings on what the members say of themselves and of each other. */
export function examineCluster(
  examined: readonly Examined[],
  { reports, statuses }: Members,
): readonly Finding[] {
  const isOne = twoClusters(examined).length === 0;
  return [
    ...twoClusters(examined),
    ...sameMember(examined),
    ...isOne ? leaders(statuses) : [],
    ...versions(statuses),
    ...number(reports, examined),
    ...[...statuses].flatMap(([id, status]) => {
      const name = reports.find((report) => report.id === hexId(id))?.name;
      return ofOne(name || hexId(id), { status, all: statuses });
    }),
  ];
}

function twoClusters(examined: readonly Examined[]): readonly Finding[] {
  const known = examined.filter(({ report }) => report.answers);
  const groups = Map.groupBy(known, ({ report }) => report.clusterId);
  if (groups.size < 2) return [];
  const lists = [...groups].map(([id, members]) =>
    `${members.map(({ report }) => report.endpoint).join(", ")} (cluster ${id})`
  );
  return [{
    severity: "fault",
    code: "two_clusters",
    about: CLUSTER,
    text: `The endpoints are of ${groups.size} clusters: ${lists.join("; ")}.`,
    advice:
      "Use a client for each cluster. If a member has lost its data and made a new cluster, remove it and add it again.",
  }];
}

function sameMember(examined: readonly Examined[]): readonly Finding[] {
  const known = examined.filter(({ status }) =>
    status !== undefined && status.header.memberId !== 0n
  );
  const groups = Map.groupBy(known, ({ report }) => report.memberId);
  return [...groups].filter(([, all]) => all.length > 1).map(([id, all]) => ({
    severity: "warning" as const,
    code: "same_member" as const,
    about: CLUSTER,
    text: `${
      all.map(({ report }) => report.endpoint).join(" and ")
    } lead to the same member (${id}).`,
    advice: "Name each member once: calls would go to this one more often.",
  }));
}

function leaders(
  statuses: ReadonlyMap<bigint, MemberStatus>,
): readonly Finding[] {
  const known = new Set([...statuses.values()].map(({ leader }) => leader));
  if (known.size === 0) return [];
  if (known.size === 1 && known.has(undefined)) {
    return [{
      severity: "fault",
      code: "no_leader",
      about: CLUSTER,
      text:
        "No member that was reached knows a leader: nothing can be written.",
      advice:
        "Bring a majority of the members up, and look at the network between them (--initial-advertise-peer-urls).",
    }];
  }
  return known.size === 1 ? [] : [{
    severity: "warning",
    code: "leaders_differ",
    about: CLUSTER,
    text: `The members know different leaders: ${
      [...known].map((id) => id === undefined ? "none" : hexId(id)).join(", ")
    }.`,
    advice:
      "Ask again in a moment: after an election this is short. If it lasts, a member is cut off from the others.",
  }];
}

function versions(
  statuses: ReadonlyMap<bigint, MemberStatus>,
): readonly Finding[] {
  const all = [...new Set([...statuses.values()].map(({ version }) => version))]
    .filter((version) => /^\d/.test(version));
  const minors = new Set(all.map((version) => numbersOf(version).join(".")));
  const old = all.filter((version) => {
    const [major, minor] = numbersOf(version);
    return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  });
  return [
    ...minors.size < 2 ? [] : [
      {
        severity: "warning",
        code: "mixed_versions",
        about: CLUSTER,
        text: `The members are of different versions: ${all.join(", ")}.`,
        advice:
          "Finish the upgrade: until then the cluster has the features of the oldest.",
      } as const,
    ],
    ...old.length === 0 ? [] : [
      {
        severity: "warning",
        code: "old_version",
        about: CLUSTER,
        text: `etcd ${
          old.join(", ")
        } is older than what this client is tested with.`,
        advice: `Upgrade to etcd ${OLDEST.join(".")} or later.`,
      } as const,
    ],
  ];
}

function numbersOf(version: string): readonly [number, number] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return [major, minor];
}

function number(
  reports: readonly MemberReport[],
  examined: readonly Examined[],
): readonly Finding[] {
  // What lists itself instead of the members says nothing of their number.
  const isCovered = examined.some(({ findings }) =>
    findings.some(({ code }) => code === "kine" || code === "grpc_proxy")
  );
  if (isCovered) return [];
  const voters = reports.filter(({ isLearner }) => !isLearner).length;
  if (voters === 1) {
    return [{
      severity: "note",
      code: "one_member",
      about: CLUSTER,
      text: "The cluster has one member: if that fails, nothing serves.",
      advice: "Three members bear the loss of one.",
    }];
  }
  return voters === 0 || voters % 2 === 1 ? [] : [{
    severity: "note",
    code: "even_members",
    about: CLUSTER,
    text: `The cluster has ${voters} voting members: it bears the loss of ${
      voters / 2 - 1
    }, as one with ${voters - 1} does.`,
    advice: "Have an odd number of members.",
  }];
}

function ofOne(
  about: string,
  { status, all }: {
    readonly status: MemberStatus;
    readonly all: ReadonlyMap<bigint, MemberStatus>;
  },
): readonly Finding[] {
  const newest = [...all.values()].reduce(
    (most, { raftIndex }) => raftIndex > most ? raftIndex : most,
    0n,
  );
  const behind = newest - status.raftAppliedIndex;
  return [
    ...databaseFindings(about, status),
    ...status.isLearner ? [learner(about)] : [],
    ...behind < LAG ? [] : [
      {
        severity: "warning",
        code: "lagging",
        about,
        text: `It is ${behind} entries behind: its serializable reads are old.`,
        advice: "Look at its disk, its processor and its network.",
      } as const,
    ],
  ];
}

function learner(about: string): Finding {
  return {
    severity: "note",
    code: "learner",
    about,
    text: "It is a learner: it has no vote, and refuses most calls.",
    advice:
      "Promote it when it has caught up; till then leave it out of the endpoints.",
  };
}
