// Every public call that takes bytes: they are overwritten in the same turn,
// right after the call, and the server gets what it would have got without.
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import {
  Client,
  type ClientOptions,
  compare,
  fromKey,
  type KeyRange,
  op,
  prefix,
  range,
} from "../../../../mod.ts";
import type { Bytes } from "../../../../api/values/bytes.ts";
import { recorder } from "./_recorder.ts";

/** Makes bytes that are a `Buffer` or not, and overwrites them all. */
class Given {
  readonly #all: Uint8Array[] = [];

  readonly bytes = (text: string): Bytes => {
    const made = this.#all.length % 2 === 0
      ? new TextEncoder().encode(text)
      : Buffer.from(text);
    this.#all.push(made);
    return made as Bytes;
  };

  overwrite(): void {
    for (const bytes of this.#all) bytes.fill("!".charCodeAt(0));
  }
}

type MakeBytes = Given["bytes"];

/** Makes calls; a function it returns is run after the bytes are overwritten. */
type Case = (
  client: Client,
  bytes: MakeBytes,
) => Promise<unknown> | readonly Promise<unknown>[] | (() => Promise<unknown>);

async function drain(all: AsyncIterable<unknown>): Promise<void> {
  for await (const _one of all) continue;
}

function literal(bytes: MakeBytes): KeyRange {
  return { kind: "range", start: bytes("a"), end: bytes("b") };
}

function leader(bytes: MakeBytes) {
  return { name: bytes("n"), key: bytes("n/1"), revision: 1n, lease: 1n };
}

const CASES: Readonly<Record<string, Case>> = {
  get: (client, bytes) => client.get(bytes("k")),
  "get, serializable": (client, bytes) => [
    client.get(bytes("k1"), { serializable: true }),
    client.get(bytes("k2"), { serializable: true }),
  ],
  "three gets": (client, bytes) =>
    ["k1", "k2", "k3"].map((key) => client.get(bytes(key))),
  "range of a key": (client, bytes) => client.range(bytes("k")),
  "range of a range": (client, bytes) => client.range(literal(bytes)),
  put: (client, bytes) => client.put(bytes("k"), bytes("v")),
  "three puts": (client, bytes) =>
    ["k1", "k2", "k3"].map((key) => client.put(bytes(key), bytes("v"))),
  "two puts to one key": (client, bytes) =>
    ["1", "2"].map((value) => client.put(bytes("k"), bytes(value))),
  delete: (client, bytes) => client.delete(bytes("k")),
  "deletes and puts": (client, bytes) => [
    client.delete(bytes("k1")),
    client.put(bytes("k2"), "v"),
    client.put("k3", bytes("v")),
    client.delete(bytes("k2")),
  ],
  "delete of a range": (client, bytes) => client.delete(literal(bytes)),
  "batched()": (client, bytes) => {
    const kv = client.kv.batched();
    return ["1", "2", "3"].map((at) => kv.put(bytes(`k${at}`), bytes(at)));
  },
  txn: (client, bytes) =>
    client.txn({
      if: [
        { target: "value", key: bytes("k"), relation: "=", value: bytes("v") },
        compare.version(bytes("k"), "=", 1n),
        compare.value(literal(bytes), "=", bytes("v")),
      ],
      then: [
        { kind: "put", key: bytes("k"), value: bytes("v"), options: {} },
        op.delete(literal(bytes)),
      ],
      else: [op.txn({ then: [op.get(bytes("k"))] })],
    }),
  "compare and op": (client, bytes) => {
    const condition = compare.value(bytes("k"), "=", bytes("v"));
    const within = [op.range(literal(bytes))];
    const inner = op.txn({ then: within });
    within.push(op.range("!"));
    const then = [
      op.get(bytes("k1")),
      op.put(bytes("k2"), bytes("v2")),
      op.delete(bytes("k3")),
      inner,
    ];
    return () => client.txn({ if: [condition], then });
  },
  "prefix()": (client, bytes) => {
    const keys = prefix(bytes("a/"));
    return () => client.delete(keys);
  },
  "range()": (client, bytes) => {
    const keys = range(bytes("a"), bytes("b"));
    return () => client.delete(keys);
  },
  "fromKey()": (client, bytes) => {
    const keys = fromKey(bytes("a"));
    return () => client.delete(keys);
  },
  list: (client, bytes) => {
    const keys = client.list(bytes("k"));
    return () => drain(keys);
  },
  "list of a range": (client, bytes) => {
    const keys = client.list(literal(bytes));
    return () => drain(keys);
  },
  watch: (client, bytes) => client.watch(bytes("k")).ready,
  "watch of a range": (client, bytes) => client.watch(literal(bytes)).ready,
  "watch that relists": (client, bytes) =>
    client.watch(literal(bytes), { onCompaction: "relist" }).ready,
  "namespace()": (client, bytes) => {
    const space = client.namespace(bytes("n/")).namespace(bytes("m/"));
    return () =>
      Promise.all([
        space.put("k", "v"),
        space.range(prefix("")),
        space.watch("k").ready,
        space.lock.unlock("k"),
      ]);
  },
  "calls in a namespace": (client, bytes) => {
    const space = client.namespace("n/");
    return [
      space.put(bytes("k1"), bytes("v")),
      space.put(bytes("k2"), bytes("v")),
      space.get(bytes("k")),
      space.delete(literal(bytes)),
      space.watch(literal(bytes)).ready,
    ];
  },
  "lock service": (client, bytes) => [
    client.lock.lock(bytes("n"), { lease: 1n }),
    client.lock.unlock(bytes("n/1")),
  ],
  "election service": (client, bytes) => [
    client.election.campaign(bytes("n"), bytes("v"), { lease: 1n }),
    client.election.proclaim(leader(bytes), bytes("v")),
    client.election.leader(bytes("n")),
    client.election.resign(leader(bytes)),
  ],
  observe: (client, bytes) => {
    const leaders = client.election.observe(bytes("n"));
    return async () => {
      await leaders.next();
      await leaders.return?.();
    };
  },
  "permissions": (client, bytes) => [
    client.auth.roles.grantPermission("r", {
      type: "read",
      keys: literal(bytes),
    }),
    client.auth.roles.revokePermission("r", bytes("k")),
  ],
};

/** What the server gets of a case whose bytes stay, or do not. */
async function sent(
  made: Case,
  what: "stay" | "change",
  options: Partial<ClientOptions>,
): Promise<readonly string[]> {
  await using server = await recorder();
  await using client = new Client({ endpoints: server.endpoint, ...options });
  const given = new Given();
  // With something in flight, what is batched has to wait.
  const ahead = [
    client.get("ahead"),
    client.get("ahead", { serializable: true }),
    client.put("ahead", ""),
  ];
  const running = made(client, given.bytes);
  if (what === "change") given.overwrite();
  const calls = typeof running === "function" ? [running()] : [running].flat();
  // That the answers are empty does not suit all of them.
  await Promise.allSettled([...ahead, ...calls]);
  return server.got.toSorted();
}

const VARIANTS: Readonly<Record<string, Partial<ClientOptions>>> = {
  "batch: off": {},
  "batch: reads": { batch: "reads" },
  "batch: all": { batch: "all" },
  "auth": { auth: { username: "u", password: "p" } },
};

for (const [variant, options] of Object.entries(VARIANTS)) {
  Deno.test(`${variant} | the server gets the bytes that were given, whatever becomes of them`, async () => {
    const none = await sent(() => [], "stay", options);
    for (const [name, made] of Object.entries(CASES)) {
      const expected = await sent(made, "stay", options);
      assert(expected.length > none.length, name);
      assertEquals(await sent(made, "change", options), expected, name);
    }
  });
}
