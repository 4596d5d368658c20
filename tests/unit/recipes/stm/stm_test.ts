import { assertEquals, assertRejects } from "@std/assert";
import { InvalidOptionError } from "../../../../errors/mod.ts";
import { FutureRevisionError } from "../../../../errors/mod.ts";
import { Client, type Keyspace, op, type Txn } from "../../../../mod.ts";
import { stm } from "../../../../recipes/mod.ts";

const RUN = () => {};

const BAD: readonly (readonly [unknown[], string])[] = [
  [[{}, RUN], "ks"],
  [[undefined, RUN], "ks"],
  [["client", "run"], "transact"],
  [["client", RUN, { isolation: "snapshot" }], "isolation"],
  [["client", RUN, { isolation: 0 }], "isolation"],
  [["client", RUN, { attempts: 0 }], "attempts"],
  [["client", RUN, { attempts: 1.5 }], "attempts"],
  [["client", RUN, { attempts: Infinity }], "attempts"],
  [["client", RUN, { prefetch: "a" }], "prefetch"],
  [["client", RUN, { prefetch: [""] }], "prefetch"],
  [["client", RUN, { prefetch: ["a", 7] }], "prefetch"],
  [["client", RUN, { codec: {} }], "codec"],
  [["client", RUN, { doubt: "maybe" }], "doubt"],
  [["client", RUN, { doubt: { receipt: "" } }], "doubt.receipt"],
  [["client", RUN, { signal: new AbortController() }], "signal"],
  [["client", RUN, { timeoutMs: -1 }], "timeoutMs"],
  [["client", RUN, { retries: 1 }], "retries"],
];

Deno.test("stm() names what is not acceptable, before anything is sent", async () => {
  await using client = new Client({ endpoints: "http://127.0.0.1:1" });
  for (const [given, option] of BAD) {
    const [ks, ...rest] = given;
    const call = stm as (...given: unknown[]) => Promise<unknown>;
    const error = await assertRejects(
      () => call(ks === "client" ? client : ks, ...rest),
      InvalidOptionError,
    );
    assertEquals([error.method, error.option], ["stm", option]);
  }
  assertEquals(client.balancer.dials, 0);
});

type AnyTxn = Txn<readonly [], readonly []>;

/** A member that has one key, and is behind for a while; it keeps what it gets. */
function behind(txns: AnyTxn[], reads: unknown[]): Keyspace {
  const header = { revision: 9n };
  return {
    lease: {},
    watch: () => {},
    kv: {
      range(_: unknown, { revision, serializable }: Record<string, unknown>) {
        reads.push([revision, serializable]);
        if (serializable && revision !== undefined) {
          const code = "future_revision";
          return Promise.reject(new FutureRevisionError("behind", { code }));
        }
        const kvs = reads.length === 1
          ? [{
            key: new Uint8Array(1),
            modRevision: 7n,
            value: { text: () => "x" },
          }]
          : [];
        return Promise.resolve({ header, kvs });
      },
      txn(txn: AnyTxn) {
        txns.push(txn);
        return Promise.resolve({ header, succeeded: true, results: [] });
      },
    },
  } as unknown as Keyspace;
}

Deno.test("a run asks the others where the member that was asked is behind", async () => {
  const reads: unknown[] = [];
  await stm(behind([], reads), async (tx) => {
    await tx.get("a");
    await tx.get("b");
  });
  assertEquals(reads, [
    [undefined, undefined],
    [9n, true],
    [9n, undefined],
  ]);
});

Deno.test("each level of isolation sends its own conditions", async () => {
  const sent: Record<string, unknown> = {};
  for (
    const isolation of [
      "serializableSnapshot",
      "serializable",
      "repeatableReads",
      "readCommitted",
    ] as const
  ) {
    const txns: AnyTxn[] = [];
    await stm(behind(txns, []), async (tx) => {
      await tx.get("a");
      tx.put("b", "1");
    }, { isolation });
    const [txn] = txns;
    assertEquals(
      txn?.then as unknown,
      [op.put("b", "1", { lease: 0n })].map(
        (one) => ({
          ...one,
          key: new TextEncoder().encode("b"),
          value: new TextEncoder().encode("1"),
        }),
      ),
    );
    sent[isolation] = txn?.if?.map((
      { target, key, relation, value },
    ) => [target, String.fromCharCode(...key as Uint8Array), relation, value]);
  }
  const read = ["mod", "a", "=", 7n];
  assertEquals(sent, {
    // Of Go's client: nothing newer than the first read, which was at 9.
    serializableSnapshot: [read, ["mod", "b", "<", 10n]],
    serializable: [read],
    repeatableReads: [read],
    readCommitted: [],
  });
});
