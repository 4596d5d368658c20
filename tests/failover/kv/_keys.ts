/** What the tests of keys and values share. */
import { client, nextSerial } from "../_one_member.ts";

/** A part of the key space that no other test uses. */
export function fresh(): string {
  return `kv/${nextSerial()}/`;
}

/** Puts one after another; gives their revisions. */
export async function putAll(
  ...entries: [string, string][]
): Promise<bigint[]> {
  const revisions: bigint[] = [];
  for (const [key, value] of entries) {
    revisions.push((await client.put(key, value)).header.revision);
  }
  return revisions;
}
