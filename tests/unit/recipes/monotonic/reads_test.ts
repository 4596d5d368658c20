// Who is asked, and how often, when an answer is behind what was seen.
import { assertEquals, assertRejects } from "@std/assert";
import {
  EtcdError,
  FutureRevisionError,
  HistoryLostError,
  PermissionDeniedError,
  StaleReadError,
} from "../../../../errors/mod.ts";
import {
  compare,
  type Keyspace,
  type KeyValue,
  op,
  prefix,
  type RangeOptions,
} from "../../../../mod.ts";
import { monotonic } from "../../../../recipes/mod.ts";

const SEEN = 100n;
const STALE = { serializable: true };

type Reply = readonly [memberId: bigint, revision: bigint] | Error;

/** Gives these answers, and notes how it was asked for each. */
function scripted(...replies: readonly Reply[]) {
  const asked: string[] = [];
  let at = 0;
  const answer = (kind: string, rest: object) => {
    asked.push(kind);
    const reply = replies[at++] ?? new Error("asked too often");
    if (reply instanceof Error) return Promise.reject(reply);
    const [memberId, revision] = reply;
    return Promise.resolve({ header: { memberId, revision }, ...rest });
  };
  const kv = {
    range: (_: unknown, { serializable, limit }: RangeOptions = {}) =>
      answer(serializable ? "serializable" : "linearizable", {
        kvs: limit === undefined ? [] : [{ key: new Uint8Array([97]) }],
        more: limit !== undefined,
      }),
    txn: ({ then = [] }: { readonly then?: readonly unknown[] }) =>
      answer(`txn ${then.length}`, { succeeded: true, results: then }),
    async *list(_: unknown, { serializable }: RangeOptions) {
      await answer(serializable ? "pages" : "linearizable pages", {});
      yield { key: new Uint8Array([98]) } as KeyValue;
    },
  };
  const ks = { kv, lease: {}, watch: () => {} } as unknown as Keyspace;
  return { ks, asked };
}

function unavailable(): EtcdError {
  return new EtcdError("Cannot range: x", {
    code: "unavailable",
    retryable: true,
  });
}

function future(): EtcdError {
  return new FutureRevisionError("Cannot range: x", {
    code: "future_revision",
  });
}

Deno.test("monotonic() asks each member once more, then all together", async () => {
  const { ks, asked } = scripted([1n, 90n], [2n, 80n], [3n, 95n], [1n, 90n], [
    2n,
    SEEN,
  ]);
  const keys = monotonic(ks, { seenRevision: SEEN });
  await keys.get("a", STALE);
  assertEquals(asked, [
    ...Array.from({ length: 4 }, () => "serializable"),
    "linearizable",
  ]);
});

Deno.test("monotonic() takes the first answer that is new enough", async () => {
  const { ks, asked } = scripted([1n, 90n], [2n, 101n]);
  const keys = monotonic(ks, { seenRevision: SEEN });
  await keys.get("a", STALE);
  assertEquals([asked.length, keys.seenRevision], [2, 101n]);
});

Deno.test("monotonic() does not ask on where a member fails, but all together", async () => {
  const { ks, asked } = scripted([1n, 90n], unavailable(), unavailable(), [
    2n,
    SEEN,
  ]);
  const keys = monotonic(ks, { seenRevision: SEEN });
  await keys.get("a", STALE);
  assertEquals(asked, [
    "serializable",
    "serializable",
    "linearizable",
    "linearizable",
  ]);
});

Deno.test("monotonic() tells the newest of the old answers, or what is in the way", async () => {
  const old = [[1n, 90n], [2n, 95n], [2n, 93n]] as const;
  const one = scripted(...old);
  const stale = await assertRejects(
    () =>
      monotonic(one.ks, { seenRevision: SEEN, onStale: "error" })
        .get("a", STALE),
    StaleReadError,
    "Cannot get: the newest answer is of revision 95, though revision 100 was seen (stale_read)",
  );
  assertEquals([stale.seenRevision, stale.receivedRevision], [SEEN, 95n]);
  const denied = new PermissionDeniedError("Cannot range: x", {
    code: "permission_denied",
  });
  const two = scripted(...old, denied);
  await assertRejects(
    () => monotonic(two.ks, { seenRevision: SEEN }).get("a", STALE),
    PermissionDeniedError,
  );
  const three = scripted(...old, unavailable());
  const late = await assertRejects(
    () =>
      monotonic(three.ks, { seenRevision: SEEN })
        .get("a", { ...STALE, timeoutMs: 30 }),
    StaleReadError,
    "though revision 100 was seen, and then timeout (stale_read)",
  );
  assertEquals(EtcdError.from(late.cause).code, "timeout");
});

Deno.test("monotonic() tells at once that the store has gone back, by a linearizable read", async () => {
  const { ks, asked } = scripted([1n, 90n]);
  const keys = monotonic(ks, { seenRevision: SEEN });
  const error = await assertRejects(() => keys.range("a"), HistoryLostError);
  assertEquals(
    [error.receivedRevision, error.currentRevision],
    [SEEN, 90n],
  );
  assertEquals(asked, ["linearizable"]);
});

Deno.test("monotonic() compares a read with what was seen when it began", async () => {
  const { ks } = scripted([1n, 100n], [2n, 105n], [1n, 102n]);
  const keys = monotonic(ks, { seenRevision: SEEN });
  await Promise.all([
    keys.get("a", STALE),
    keys.get("b", STALE),
    keys.get("c", STALE),
  ]);
  assertEquals(keys.seenRevision, 105n);
});

Deno.test("monotonic() makes a transaction of conditions linearizable by a read", async () => {
  const { ks, asked } = scripted([1n, 90n], [1n, 90n], [1n, SEEN]);
  const keys = monotonic(ks, { seenRevision: SEEN });
  const { results } = await keys.txn({
    if: [compare.version(prefix("a"), ">", 0n)],
  });
  assertEquals(asked, ["txn 0", "txn 0", "txn 1"]);
  // Which nobody has asked for.
  assertEquals(results.length, 0);
});

Deno.test("monotonic() sends a write once, and what is no read at all", async () => {
  const { ks, asked } = scripted([1n, 90n], [1n, 90n]);
  const keys = monotonic(ks, { seenRevision: SEEN });
  await keys.txn({ then: [op.txn({ else: [op.delete("a")] })] });
  await keys.txn({});
  assertEquals(asked, ["txn 1", "txn 0"]);
  assertEquals(keys.seenRevision, SEEN);
});

Deno.test("A list goes on at its revision where a member is behind it", async () => {
  const { ks, asked } = scripted([1n, SEEN], future(), [2n, SEEN]);
  const keys = monotonic(ks, { seenRevision: SEEN });
  const kvs = await Array.fromAsync(keys.list(prefix("a"), STALE));
  assertEquals(kvs.map(({ key }) => key[0]), [97, 98]);
  assertEquals(asked, ["serializable", "pages", "linearizable pages"]);
  const at = scripted(future(), [2n, SEEN]);
  await monotonic(at.ks).get("a", { ...STALE, revision: SEEN });
  assertEquals(at.asked, ["serializable", "linearizable"]);
});
