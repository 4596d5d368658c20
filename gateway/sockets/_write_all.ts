import type { Connection } from "../network/mod.ts";

/** Writes all bytes. */
export async function writeAll(
  to: Connection,
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await to.write(bytes.subarray(at));
  }
}
