import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  Bytes,
  ClientClosedError,
  InvalidOptionError,
  type Keyspace,
  prefix,
  range,
  UnavailableError,
} from "../../../../mod.ts";
import { CodecError } from "../../../../errors/mod.ts";
import { bytes, json, view, type ViewState } from "../../../../recipes/mod.ts";
import { bytesOf, FakeStore, macrotask } from "./_fake_store.ts";
import { unavailable } from "./_fake_watch.ts";
import { shown, startView } from "./_followed.ts";

Deno.test("view() has the range at one revision, in the order of the keys' bytes", async () => {
  const store = new FakeStore();
  store.write({ "b": "1", "a": "2", "ä": "3", "a\u{10000}": "4", "Z": "5" });
  store.write({ "a/1": "6", "b": undefined });
  await using v = await startView(store);
  assertEquals(v.revision, 3n);
  assertEquals(v.size, 5);
  assertEquals([...v].map(({ key }) => key.text()), [
    "Z",
    "a",
    "a/1",
    "a\u{10000}",
    "ä",
  ]);
  assertEquals([v.get("a"), v.get("b"), v.get("ä")], ["2", undefined, "3"]);
  assertEquals([v.has("a"), v.has("b")], [true, false]);
  assertEquals(v.get(new TextEncoder().encode("a/1")), "6");
  const entry = v.entry("a/1");
  assertInstanceOf(entry?.key, Bytes);
  assertEquals(
    JSON.stringify(entry),
    '{"key":"a/1","value":"6","createRevision":"3","modRevision":"3","version":"1","lease":"0"}',
  );
});

Deno.test("view() iterates over its entries as they were, whatever changes", async () => {
  const store = new FakeStore();
  store.write({ a: "1", b: "1", c: "1" });
  await using v = await startView(store);
  const all: string[] = [];
  for (const { key, value } of v) {
    all.push(`${key}${value}`);
    store.write({ a: "2", b: undefined, c: "2", d: "2" });
    store.pump();
    await macrotask();
  }
  assertEquals(all, ["a1", "b1", "c1"]);
  assertEquals([...v].map(({ key, value }) => `${key}${value}`), [
    "a2",
    "c2",
    "d2",
  ]);
});

Deno.test("view() does not know keys outside of its range", async () => {
  const store = new FakeStore();
  for (
    const [within, ...outside] of [
      [prefix("cfg/"), "cfg", "cfg0", "cf", ""],
      [range("b", "c"), "a", "c", "bz\u{10000}c".slice(4)],
      ["cfg", "cfg/", "cf"],
    ] as const
  ) {
    await using v = await view(store.keyspace, within);
    for (const key of outside) {
      for (
        const read of [() => v.get(key), () => v.has(key), () => v.entry(key)]
      ) {
        const error = assertThrows(read, InvalidOptionError);
        assertEquals(error.option, "key");
      }
    }
  }
});

Deno.test("view() refuses what it is given before it reads anything", async () => {
  const store = new FakeStore();
  const ks = store.keyspace;
  const wrong: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["ks", () => view({} as Keyspace, "a")],
    ["ks", () => view(null as unknown as Keyspace, "a")],
    ["key", () => view(ks, "")],
    ["codec", () => view(ks, "a", { codec: {} as never })],
    ["codec", () => view(ks, "a", { codec: null as never })],
    ["onInvalid", () => view(ks, "a", { onInvalid: 1 as never })],
    ["onStateChange", () => view(ks, "a", { onStateChange: {} as never })],
    ["signal", () => view(ks, "a", { signal: {} as never })],
    ["codecs", () => view(ks, "a", { codecs: bytes } as never)],
    ["heartbeat", () => view(ks, "a", { heartbeat: null as never })],
  ];
  store.failures.push(unavailable());
  for (const [option, call] of wrong) {
    const error = await assertRejects(call, InvalidOptionError);
    assertEquals([error.option, error.method], [option, "view"]);
  }
  // Nothing was read: the failure is still to come.
  assertEquals(store.failures.length, 1);
});

Deno.test("view() fails as its reads do at the start, and leaves nothing behind", async () => {
  const store = new FakeStore();
  store.failures.push(unavailable());
  await assertRejects(() => view(store.keyspace, "a"), UnavailableError);
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  const error = await assertRejects(() =>
    view(store.keyspace, "a", { signal })
  );
  assertEquals(error, reason);
  assertEquals(store.watches.size, 0);
});

Deno.test("view() starts again at a newer revision if its own is compacted meanwhile", async () => {
  const store = new FakeStore({ random: () => 0 });
  for (const key of ["a", "b", "c", "d", "e", "f"]) store.write({ [key]: "1" });
  const starting = startView(store);
  for (let at = 0; at < 4; at++) {
    await macrotask();
    store.write({ a: `${at}` });
    store.compact();
  }
  await using v = await starting;
  assertEquals(v.revision, store.revision);
  assertEquals(v.get("a"), "3");
});

Deno.test("view() does not start with a value that does not decode, unless told to", async () => {
  const store = new FakeStore();
  store.write({ a: "good", b: "bad", c: "good" });
  const error = await assertRejects(() => startView(store), CodecError);
  assertEquals([error.key, error.revision], ["b", 2n]);
  const told: CodecError[] = [];
  const onInvalid = (error: CodecError) => {
    told.push(error);
    throw error;
  };
  await using v = await view(store.keyspace, prefix(""), {
    onInvalid,
    codec: { encode: String, decode: codec },
  });
  assertEquals([...v].map(({ key }) => key.text()), ["a", "c"]);
  assertEquals(v.invalid, told);
  assertEquals(told.map(({ key, revision }) => `${key}@${revision}`), ["b@2"]);
});

function codec(value: Bytes): string {
  if (value.text() === "bad") throw new TypeError("bad");
  return value.text();
}

Deno.test("A view keeps the value before one that does not decode, and says so", async () => {
  const store = new FakeStore({ random: () => 1 });
  store.write({ a: "good", b: "1" });
  await using v = await startView(store);
  const changes = v.changes();
  store.write({ a: "bad", b: "2" });
  store.pump();
  const { value } = await changes.next();
  assertEquals(
    value?.changes.map(({ type, key, previous }) =>
      `${type} ${key} ${previous}`
    ),
    ["invalid a good", "put b 1"],
  );
  assertEquals(shown(v), "a=good@2 b=2@3");
  assertEquals(v.invalid.map(({ key, revision }) => `${key}@${revision}`), [
    "a@3",
  ]);
  store.write({ a: "good again" });
  store.pump();
  await changes.next();
  assertEquals(shown(v), "a=good again@4 b=2@3");
  assertEquals(v.invalid, []);
  store.write({ a: "bad" });
  store.write({ a: undefined });
  store.pump();
  await macrotask();
  assertEquals(shown(v), "b=2@3");
  assertEquals(v.invalid, []);
});

Deno.test("A view of bytes keeps no other bytes in memory", async () => {
  const store = new FakeStore();
  store.write({ a: "1" });
  const block = new Bytes(new TextEncoder().encode("-1-").buffer);
  store.stateAt(2n).get("a");
  Object.assign(store.stateAt(2n).get("a") ?? {}, {
    value: block.subarray(1, 2),
  });
  await using v = await view(store.keyspace, "a", { codec: bytes });
  const kept = v.get("a");
  assertEquals(kept?.buffer.byteLength, 1);
  assertEquals(kept, bytesOf("1"));
});

Deno.test("A view says in its state how it follows", async () => {
  const store = new FakeStore({ random: () => 1 });
  store.write({ a: "1" });
  const states: ViewState["kind"][] = [];
  const v = await view(store.keyspace, "a", {
    codec: json<number>(),
    onStateChange({ kind }) {
      states.push(kind);
    },
  });
  const connect = async (to: "nothing" | "m1") => {
    store.connect(to);
    store.pump();
    await macrotask();
  };
  await connect("m1");
  await connect("nothing");
  assertEquals(v.get("a"), 1);
  store.write({ a: "2" });
  store.compact();
  store.write({ a: "3" });
  store.compact();
  await connect("m1");
  await macrotask();
  await connect("m1");
  for (const watch of [...store.watches]) {
    watch.end(new ClientClosedError("closed", { code: "client_closed" }));
  }
  await macrotask();
  const { state } = v;
  assert(state.kind === "closed");
  assertInstanceOf(state.reason, ClientClosedError);
  assertEquals(
    states.join(),
    "connecting,live,reconnecting,live,rereading,connecting,live,closed",
  );
});
