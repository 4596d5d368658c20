/** Findings on the database of one member. */
import type { MemberStatus } from "../../mod.ts";
import type { Finding } from "./diagnosis.ts";

/** The share of the quota from which on a database is large. */
const LARGE_SHARE = 0.8;
/** The quota of servers that do not tell theirs: etcd's default. */
const QUOTA_BYTES = 2 * 1024 ** 3;
const FRAGMENTED = { share: 0.5, leastBytes: 100_000_000 } as const;

/** The alarms of a member, and the size of its database. */
export function databaseFindings(
  about: string,
  status: MemberStatus,
): readonly Finding[] {
  return [...alarms(about, status), ...database(about, status)];
}

function alarms(about: string, { errors }: MemberStatus): readonly Finding[] {
  const has = (word: RegExp): boolean => errors.some((text) => word.test(text));
  return [
    ...has(/NOSPACE/i)
      ? [
        {
          severity: "fault",
          code: "no_space",
          about,
          text: "Its database is full (NOSPACE): the cluster takes no writes.",
          advice:
            "Compact, defragment each member, then end the alarm: client.compact(), member.defragment(), maintenance.disarm(). A larger --quota-backend-bytes gives room.",
        } as const,
      ]
      : [],
    ...has(/CORRUPT/i)
      ? [
        {
          severity: "fault",
          code: "corrupt",
          about,
          text: "Its data differs from that of the others (CORRUPT).",
          advice:
            "Remove the member and add it anew with an empty data directory, then end the alarm.",
        } as const,
      ]
      : [],
  ];
}

function database(
  about: string,
  { dbSizeBytes, dbSizeInUseBytes, dbSizeQuotaBytes }: MemberStatus,
): readonly Finding[] {
  const [size, used] = [Number(dbSizeBytes), Number(dbSizeInUseBytes)];
  const quota = Number(dbSizeQuotaBytes ?? QUOTA_BYTES);
  const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  return [
    ...size < LARGE_SHARE * quota ? [] : [
      {
        severity: "warning",
        code: "database_large",
        about,
        text: `Its database has ${mb(size)}, and ${
          dbSizeQuotaBytes === undefined ? "the usual quota" : "its quota"
        } is ${mb(quota)}.`,
        advice:
          "Compact and defragment, or raise --quota-backend-bytes: at the quota writes end.",
      } as const,
    ],
    ...size < FRAGMENTED.leastBytes || used > FRAGMENTED.share * size ? [] : [
      {
        severity: "note",
        code: "database_fragmented",
        about,
        text: `Of the ${mb(size)} of its database ${mb(used)} are in use.`,
        advice:
          "Defragment it (member.defragment()), one member after another.",
      } as const,
    ],
  ];
}
