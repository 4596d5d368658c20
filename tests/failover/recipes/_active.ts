// Programs that say in etcd when they hold something, and the history of that.
import { all, type Client } from "../../../mod.ts";

/** The start of the keys that say so. */
export const ACTIVE = "active/";

/**
 * What a program does while it holds something: it puts a key that the guard of
 * `held` protects, waits a little, and takes it away, or it ends with the lease.
 */
export function whileActive(held: string, kind: string): string {
  return `
    const { lease } = await client.get(${held}.key) ?? {};
    if (lease === undefined) return;
    const active = \`${ACTIVE}${kind}/\${${held}.revision}\`;
    const { succeeded } = await client.txn({
      if: [${held}.guard],
      then: [op.put(active, "", { lease })],
    });
    if (succeeded) console.log(\`${kind}\`);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
    // Not given back before it is known to be done; or it ends with the lease.
    while (!${held}.signal.aborted) {
      const gone = client.txn({
        if: [${held}.guard],
        then: [op.delete(active)],
      });
      if (await gone.then(() => true, () => false)) break;
    }`;
}

/**
 * The keys that were there after each revision, from this one up to now: but for
 * those whose own key below `held` is gone. Such a one was put by a request that
 * nobody had an answer to, and ends with its lease.
 */
export async function* activeHistory(
  client: Client,
  { startRevision, held }: {
    readonly startRevision: bigint;
    readonly held: readonly string[];
  },
): AsyncIterableIterator<readonly string[]> {
  const last = await client.put(`${ACTIVE}over`, "over");
  await using watch = client.watch(all(), { startRevision });
  /** The revisions that made them. */
  const live = new Map<string, string>();
  const active = new Set<string>();
  let at: bigint | undefined;
  for await (const { type, kv } of watch.events()) {
    // A lease takes all of its keys away at one revision.
    if (at !== undefined && kv.modRevision !== at) {
      const revisions = new Set(live.values());
      yield [...active].filter((key) =>
        revisions.has(key.slice(key.lastIndexOf("/") + 1))
      );
    }
    at = kv.modRevision;
    if (at === last.header.revision) return;
    const key = kv.key.text();
    if (key.startsWith(ACTIVE)) {
      if (type === "put") active.add(key);
      else active.delete(key);
    } else if (held.some((start) => key.startsWith(start))) {
      if (type === "put") live.set(key, String(kv.createRevision));
      else live.delete(key);
    }
  }
}
