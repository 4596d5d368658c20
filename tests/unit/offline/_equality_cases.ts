/** What the stand-in calls equal, and what not. */
import * as offline from "../../offline/assert.ts";
import { Base, type Case, Derived } from "./_case.ts";

const loop = (): unknown => {
  const ring: { name: string; self?: unknown } = { name: "ring" };
  ring.self = ring;
  return ring;
};

const EQUAL: readonly (readonly [string, unknown, unknown])[] = [
  ["strings", "a", "a"],
  ["NaN", NaN, NaN],
  ["zeros of either sign", 0, -0],
  ["bigint", 2n ** 63n, 9223372036854775808n],
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  ["buffers", new Uint8Array([1]).buffer, new Uint8Array([1]).buffer],
  ["nested", { a: [{ b: 1n }] }, { a: [{ b: 1n }] }],
  ["key order", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["no prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ["dates", new Date(5), new Date(5)],
  ["regular expressions", /a/g, /a/g],
  ["addresses", new URL("http://a/"), new URL("http://a/")],
  ["sets of objects", new Set([{ a: 1 }, 2]), new Set([2, { a: 1 }])],
  ["maps", new Map([[{ k: 1 }, [1]]]), new Map([[{ k: 1 }, [1]]])],
  ["cycles", loop(), loop()],
  ["errors", new Base("x"), new Base("x")],
  ["explicit undefined", { a: undefined }, { a: undefined }],
];

const UNEQUAL: readonly (readonly [string, unknown, unknown])[] = [
  ["strings", "a", "b"],
  ["number and bigint", 1, 1n],
  ["number and string", 1, "1"],
  ["null and undefined", null, undefined],
  ["bigint", 2n ** 63n, 2n ** 63n - 1n],
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([1, 3])],
  ["byte lengths", new Uint8Array([1, 2]), new Uint8Array([1])],
  ["bytes and array", new Uint8Array([1]), [1]],
  ["buffers", new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
  ["nested", { a: [{ b: 1n }] }, { a: [{ b: 2n }] }],
  ["undefined and absent", { a: undefined }, {}],
  ["undefined against another key", { a: undefined }, { b: undefined }],
  ["array and object", [], {}],
  ["sparse length", [1], [1, undefined]],
  ["classes", new Base("x"), new Derived("x")],
  ["messages", new Base("x"), new Base("y")],
  ["dates", new Date(5), new Date(6)],
  ["regular expressions", /a/g, /a/],
  ["addresses", new URL("http://a/"), new URL("http://b/")],
  ["sets", new Set([{ a: 1 }]), new Set([{ a: 2 }])],
  ["set sizes", new Set([1]), new Set([1, 2])],
  ["map values", new Map([["k", 1]]), new Map([["k", 2]])],
  ["map keys", new Map([["k", 1]]), new Map([["l", 1]])],
  ["functions", () => 1, () => 1],
  ["symbols as keys", { [Symbol.iterator]: 1 }, { [Symbol.iterator]: 2 }],
];

/** Both verdicts on each pair. */
export const EQUALITY_CASES: readonly Case[] = [
  ...EQUAL.map(([name, left, right]): Case => ({
    about: `assertEquals() and assertNotEquals() on equal ${name}`,
    passes: () => offline.assertEquals(left, right),
    fails: () => offline.assertNotEquals(left, right),
  })),
  ...UNEQUAL.map(([name, left, right]): Case => ({
    about: `assertNotEquals() and assertEquals() on unequal ${name}`,
    passes: () => offline.assertNotEquals(left, right),
    fails: () => offline.assertEquals(left, right),
  })),
];
