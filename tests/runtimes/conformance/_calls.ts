import assert from "node:assert/strict";
import process from "node:process";
import { inspect } from "node:util";
import {
  Client,
  compare,
  InvalidOptionError,
  op,
  prefix,
} from "@etcdeno/client";
import { type Check, type Context, failureOf, until } from "./_check.ts";

const KEYS = 1_200;
const CALLS = 2_000;
const LANES = 64;

/** Calls that come and go. */
export const CALL_CHECKS: readonly Check[] = [
  { title: "get, put and delete, of text and bytes", run: values },
  { title: "a transaction, both branches", run: transactions },
  { title: `a list of ${KEYS} keys, put in batches`, run: list },
  { title: `${CALLS} calls, ${LANES} in flight`, run: inFlight },
  { title: "a namespace", run: namespaces },
  { title: "what is no key, value or option is refused", run: badInput },
  { title: "a listener that throws ends nothing", run: throwingListener },
];

async function values(context: Context): Promise<void> {
  await using client = context.client();
  const key = context.fresh();
  const { header } = await client.put(key, "text");
  const first = await client.get(key);
  assert.equal(first?.value.text(), "text");
  assert.equal(first.modRevision, header.revision);
  assert.match(inspect(first.value), /text/);
  await client.put(key, Uint8Array.of(0, 255, 7));
  const second = await client.get(key);
  assert.deepEqual([...second?.value ?? []], [0, 255, 7]);
  assert.equal((await client.delete(key)).deleted, 1n);
  assert.equal(await client.get(key), undefined);
}

async function transactions(context: Context): Promise<void> {
  await using client = context.client();
  const key = context.fresh();
  await client.put(key, "free");
  const claim = () =>
    client.txn({
      if: [compare.value(key, "=", "free")],
      then: [op.put(key, "mine"), op.get(key)],
      else: [op.get(key)],
    });
  const [won, lost] = [await claim(), await claim()];
  assert.deepEqual([won.succeeded, lost.succeeded], [true, false]);
  const [held] = lost.succeeded ? [] : lost.results;
  assert.equal(held?.value.text(), "mine");
}

async function list(context: Context): Promise<void> {
  await using client = context.client({ batch: "all" });
  const at = context.fresh();
  const names = Array.from(
    { length: KEYS },
    (_, one) => `${at}${String(one).padStart(5, "0")}`,
  );
  const puts = await Promise.all(names.map((name) => client.put(name, name)));
  const requests = new Set(puts.map(({ header }) => header.revision));
  assert.ok(requests.size < KEYS / 2, `${requests.size} requests`);
  const listed: string[] = [];
  for await (const { key } of client.list(prefix(at), { pageSize: 100 })) {
    listed.push(key.text());
  }
  assert.deepEqual(listed, names);
}

async function inFlight(context: Context): Promise<void> {
  await using client = context.client();
  const key = context.fresh();
  await client.put(key, "x");
  let left = CALLS;
  const lane = async () => {
    while (left-- > 0) {
      assert.equal((await client.get(key))?.value.text(), "x");
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function namespaces(context: Context): Promise<void> {
  await using client = context.client();
  const at = context.fresh();
  const inner = client.namespace(at);
  await inner.put("x", "1");
  assert.equal((await client.get(`${at}x`))?.value.text(), "1");
  const { kvs } = await inner.range(prefix(""));
  assert.deepEqual(kvs.map(({ key }) => key.text()), ["x"]);
}

async function badInput(context: Context): Promise<void> {
  await using client = context.client();
  const refused = async (option: string, call: () => Promise<unknown>) => {
    const error = await failureOf(call);
    assert.ok(error instanceof InvalidOptionError, `${error}`);
    assert.equal(error.option, option);
    assert.ok(!error.maybeCommitted);
  };
  await refused("key", () => client.put("", "x"));
  await refused("value", () => client.put("x", { text: "x" } as never));
  await refused(
    "leaseId",
    () => client.put("x", "x", { leaseId: 1n } as never),
  );
  await refused("timeoutMs", () => client.get("x", { timeoutMs: NaN }));
  assert.throws(
    () => new Client({ endpoints: "ftp://127.0.0.1" }),
    InvalidOptionError,
  );
  // An object is shown as people read it, on every runtime.
  const { message } = await failureOf(() =>
    client.put("x", { text: "x" } as never)
  );
  assert.match(message, /\{ text: ["']x["'] \}/);
}

async function throwingListener(context: Context): Promise<void> {
  const warnings = new Set<string>();
  const onWarning = ({ name }: Error) => warnings.add(name);
  process.on("warning", onWarning);
  try {
    await using client = context.client({
      onEvent() {
        throw new Error("the listener's own");
      },
    });
    await client.get("x");
    await until("a warning", () => warnings.has("EtcdWarning"));
  } finally {
    process.off("warning", onWarning);
  }
}
