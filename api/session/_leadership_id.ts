import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { checkInt64, checkObject } from "../checks/mod.ts";
import { checkMadeIn, keyBytes, keyId } from "../values/mod.ts";
import type { LeadershipId } from "../lock/mod.ts";

/** Checks a leadership that is to have this key. Returns its revision. */
export function checkLeadership(
  leadership: LeadershipId,
  { key, prefix }: {
    readonly key: Uint8Array;
    /** The prefix of the keyspace. */
    readonly prefix: Uint8Array | undefined;
  },
): bigint {
  checkObject("leadership", leadership);
  checkMadeIn(leadership.key, { option: "key", prefix });
  const given = keyBytes("key", leadership.key);
  if (keyId(given) !== keyId(key)) {
    throw new InvalidOptionError("key", leadership.key, {
      expected: `that of the name and the session's lease, ${quoted(key)}`,
      shown: quoted(given),
    });
  }
  const revision = checkInt64("revision", leadership.revision);
  // To etcd, a key of the revision 0 is one that is not there.
  if (revision > 0n) return revision;
  throw new InvalidOptionError("revision", revision, {
    expected: "the revision that created the key",
  });
}

/** A name or a key as an error shows it. */
export function quoted(bytes: Uint8Array): string {
  return JSON.stringify(new TextDecoder().decode(bytes));
}
