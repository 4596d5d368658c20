// The way from one range to another, and how it is cut into transactions.
import { assert, assertEquals } from "@std/assert";
import { EtcdError } from "../../../../errors/mod.ts";
import { Bytes, type KeyValue } from "../../../../mod.ts";
import { Copier, type Copy } from "../../../../recipes/mirror/_copies.ts";
import { differences } from "../../../../recipes/mirror/_differences.ts";
import { Limits } from "../../../../recipes/mirror/_limits.ts";
import { seededRandom } from "../../support/_fake_clock.ts";

const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text);

function kv(key: string, value: string, lease = 0n): KeyValue {
  return {
    key: Bytes.from(bytes(key)) as Bytes,
    value: Bytes.from(bytes(value)) as Bytes,
    createRevision: 1n,
    modRevision: 1n,
    version: 1n,
    lease,
  };
}

function copier(): Copier {
  return new Copier({
    prefix: bytes("s/"),
    destinationPrefix: bytes("dest/"),
    checkpoint: bytes("dest/checkpoint"),
  });
}

async function* listed(
  start: string,
  keys: ReadonlyMap<string, string>,
): AsyncGenerator<KeyValue> {
  for (const name of [...keys.keys()].sort()) {
    yield kv(`${start}${name}`, keys.get(name) ?? "");
  }
}

function shown({ operation }: Copy): string {
  const key = new TextDecoder().decode(operation.key as Uint8Array);
  return operation.kind === "delete"
    ? `- ${key}`
    : `${key}=${new TextDecoder().decode(operation.value as Uint8Array)}`;
}

async function difference(
  source: ReadonlyMap<string, string>,
  destination: ReadonlyMap<string, string>,
): Promise<readonly Copy[]> {
  return await Array.fromAsync(differences({
    source: listed("s/", source),
    destination: listed("dest/", destination),
    sourceCut: 2,
    destinationCut: 5,
  }, copier()));
}

Deno.test("differences() writes what differs, deletes what is gone, and leaves the checkpoint", async () => {
  const copies = await difference(
    new Map([["a", "1"], ["b", "2"], ["checkpoint", "x"], ["d", "4"]]),
    new Map([["0", "0"], ["a", "1"], ["b", "1"], ["c", "3"], ["z", "9"]]),
  );
  assertEquals(copies.map(shown), [
    "- dest/0",
    "dest/b=2",
    "- dest/c",
    "dest/d=4",
    "- dest/z",
  ]);
  const kept = await difference(new Map(), new Map([["checkpoint", "own"]]));
  assertEquals(kept, []);
});

Deno.test("differences() takes a copy with a lease for another", async () => {
  const one = async function* (each: KeyValue) {
    yield each;
  };
  const copies = await Array.fromAsync(differences({
    source: one(kv("s/a", "1")),
    destination: one(kv("dest/a", "1", 7n)),
    sourceCut: 2,
    destinationCut: 5,
  }, copier()));
  assertEquals(copies.map(shown), ["dest/a=1"]);
});

Deno.test("differences() makes any range into any other", async () => {
  const random = seededRandom(18);
  const draw = () =>
    new Map(
      Array.from({ length: Math.floor(random() * 12) }, () => [
        String.fromCharCode(97 + Math.floor(random() * 10)),
        `${Math.floor(random() * 2)}`,
      ]),
    );
  for (let round = 0; round < 300; round++) {
    const source = draw();
    const destination = draw();
    for (const { operation } of await difference(source, destination)) {
      const name = new TextDecoder().decode(operation.key as Uint8Array)
        .slice(5);
      if (operation.kind === "delete") destination.delete(name);
      else {
        destination.set(
          name,
          new TextDecoder().decode(operation.value as Uint8Array),
        );
      }
    }
    assertEquals([...destination].sort(), [...source].sort());
  }
});

function revision(at: number, ...keys: readonly string[]) {
  const copies = keys.map((key) => copier().put(kv(`s/${key}`, `${at}`)));
  return {
    revision: BigInt(at),
    copies: copies.filter((copy) => copy !== undefined),
  };
}

Deno.test("Limits join whole revisions, and of each key the last change", () => {
  const limits = new Limits(4);
  const joined = limits.join([
    revision(1, "a", "b"),
    revision(2, "a"),
    revision(3, "c"),
    revision(4, "d", "e"),
  ]);
  assertEquals(joined.count, 3);
  assertEquals(joined.copies.map(shown), ["dest/a=2", "dest/b=1", "dest/c=3"]);
  // One alone may be more than fits.
  const large = revision(1, "a", "b", "c", "d", "e");
  assertEquals(limits.join([large, revision(2, "f")]).count, 1);
  const parts = limits.parts(large.copies);
  assertEquals(parts.map((part) => part.length), [3, 2]);
});

Deno.test("Limits shrink where the target says so, as long as that can help", () => {
  const limits = new Limits(200);
  const { copies } = revision(1, ..."abcdefgh");
  const refusal = (
    code: "too_many_operations" | "request_too_large" | "no_space",
  ) => new EtcdError("Cannot run the transaction: x", { code });
  assert(limits.shrink(refusal("too_many_operations"), copies));
  assertEquals(limits.parts(copies).map((part) => part.length), [4, 4]);
  assert(limits.shrink(refusal("request_too_large"), copies.slice(0, 4)));
  assertEquals(limits.parts(copies).length, 4);
  assert(!limits.shrink(refusal("request_too_large"), copies.slice(0, 1)));
  assert(!limits.shrink(refusal("no_space"), copies));
});
