// Programs that say in etcd when they hold something, and the history of that.
import { type Client, prefix } from "../../../mod.ts";

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

/** The keys that were there after each revision, from this one up to now. */
export async function* activeHistory(
  client: Client,
  startRevision: bigint,
): AsyncIterableIterator<readonly string[]> {
  const last = await client.put(`${ACTIVE}over`, "over");
  await using watch = client.watch(prefix(ACTIVE), { startRevision });
  const active = new Set<string>();
  let at: bigint | undefined;
  for await (const { type, kv } of watch.events()) {
    // A lease takes all of its keys away at one revision.
    if (at !== undefined && kv.modRevision !== at) yield [...active];
    at = kv.modRevision;
    if (at === last.header.revision) return;
    if (type === "put") active.add(kv.key.text());
    else active.delete(kv.key.text());
  }
}
