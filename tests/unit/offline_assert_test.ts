// Imports the stand-in by path: it is under test online as well as offline.
// The verdicts are taken with plain comparisons, not with the functions judged.
import * as offline from "../offline/assert.ts";

interface Case {
  readonly about: string;
  readonly passes: () => unknown;
  readonly fails: () => unknown;
}

class Base extends Error {}
class Derived extends Base {}
const boom = (error: unknown) => () => {
  throw error;
};
const rejecting = (error: unknown) => () => Promise.reject(error);
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

const CASES: readonly Case[] = [
  {
    about: "assert()",
    passes: () => offline.assert(1),
    fails: () => offline.assert(0),
  },
  {
    about: "assertFalse()",
    passes: () => offline.assertFalse(""),
    fails: () => offline.assertFalse("no"),
  },
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
  {
    about: "assertStrictEquals()",
    passes: () => offline.assertStrictEquals(NaN, NaN),
    fails: () => offline.assertStrictEquals({}, {}),
  },
  {
    about: "assertStrictEquals() on zeros",
    passes: () => offline.assertStrictEquals(0, 0),
    fails: () => offline.assertStrictEquals(0, -0),
  },
  {
    about: "assertNotStrictEquals()",
    passes: () => offline.assertNotStrictEquals({}, {}),
    fails: () => offline.assertNotStrictEquals(1, 1),
  },
  {
    about: "assertExists()",
    passes: () => offline.assertExists(0),
    fails: () => offline.assertExists(null),
  },
  {
    about: "assertExists() on undefined",
    passes: () => offline.assertExists(""),
    fails: () => offline.assertExists(undefined),
  },
  {
    about: "assertInstanceOf()",
    passes: () => offline.assertInstanceOf(new Derived(), Base),
    fails: () => offline.assertInstanceOf(new Base(), Derived),
  },
  {
    about: "assertNotInstanceOf()",
    passes: () => offline.assertNotInstanceOf(new Base(), Derived),
    fails: () => offline.assertNotInstanceOf(new Derived(), Base),
  },
  {
    about: "assertIsError()",
    passes: () => offline.assertIsError(new Derived("abc"), Base, "bc"),
    fails: () => offline.assertIsError(new Derived("abc"), Base, "x"),
  },
  {
    about: "assertIsError() with a pattern",
    passes: () => offline.assertIsError(new Base("abc"), Base, /b/),
    fails: () => offline.assertIsError(new Base("abc"), Base, /x/),
  },
  {
    about: "assertIsError() with a value that is none",
    passes: () => offline.assertIsError(new Base()),
    fails: () => offline.assertIsError({ message: "looks like one" }),
  },
  {
    about: "assertThrows()",
    passes: () => offline.assertThrows(boom(1)),
    fails: () => offline.assertThrows(() => 1),
  },
  {
    about: "assertThrows() with a class",
    passes: () => offline.assertThrows(boom(new Derived()), Base),
    fails: () => offline.assertThrows(boom(new Error()), Base),
  },
  {
    about: "assertThrows() with a text",
    passes: () => offline.assertThrows(boom(new Base("abc")), Base, "bc"),
    fails: () => offline.assertThrows(boom(new Base("abc")), Base, "x"),
  },
  {
    about: "assertThrows() with a class, given no error",
    passes: () => offline.assertThrows(boom(new Error("a")), Error),
    fails: () => offline.assertThrows(boom("a"), Error),
  },
  {
    about: "assertThrows() with a class, given no throw",
    passes: () => offline.assertThrows(boom(new Error("a")), Error),
    fails: () => offline.assertThrows(() => 1, Error),
  },
  {
    about: "assertRejects()",
    passes: () => offline.assertRejects(rejecting(1)),
    fails: () => offline.assertRejects(() => Promise.resolve(1)),
  },
  {
    about: "assertRejects() with a class",
    passes: () => offline.assertRejects(rejecting(new Derived()), Base),
    fails: () => offline.assertRejects(rejecting(new Error()), Base),
  },
  {
    about: "assertRejects() with a text",
    passes: () => offline.assertRejects(rejecting(new Base("abc")), Base, "bc"),
    fails: () => offline.assertRejects(rejecting(new Base("abc")), Base, "x"),
  },
  {
    about: "assertRejects() against a synchronous throw",
    passes: () => offline.assertRejects(rejecting(new Error())),
    fails: () => offline.assertRejects(boom(new Error())),
  },
  {
    about: "assertRejects() against something that is no promise",
    passes: () => offline.assertRejects(rejecting(new Error())),
    fails: () =>
      offline.assertRejects((() => 1) as unknown as () => Promise<never>),
  },
  {
    about: "assertMatch()",
    passes: () => offline.assertMatch("abc", /b/),
    fails: () => offline.assertMatch("abc", /x/),
  },
  {
    about: "assertNotMatch()",
    passes: () => offline.assertNotMatch("abc", /x/),
    fails: () => offline.assertNotMatch("abc", /b/),
  },
  {
    about: "assertStringIncludes()",
    passes: () => offline.assertStringIncludes("abc", "bc"),
    fails: () => offline.assertStringIncludes("abc", "cb"),
  },
  {
    about: "assertArrayIncludes()",
    passes: () => offline.assertArrayIncludes([{ a: 1 }, { a: 2 }], [{ a: 2 }]),
    fails: () => offline.assertArrayIncludes([{ a: 1 }], [{ a: 1 }, { a: 2 }]),
  },
  {
    about: "assertObjectMatch()",
    passes: () =>
      offline.assertObjectMatch({ a: { b: 1, c: 2 } }, { a: { b: 1 } }),
    fails: () =>
      offline.assertObjectMatch({ a: { b: 1 } }, { a: { b: 1, c: 2 } }),
  },
  {
    about: "assertObjectMatch() on leaves",
    passes: () =>
      offline.assertObjectMatch({ a: 1n, b: [1, 2] }, { b: [1, 2] }),
    fails: () => offline.assertObjectMatch({ a: 1n }, { a: 2n }),
  },
  {
    about: "assertObjectMatch() on maps and sets",
    passes: () =>
      offline.assertObjectMatch(
        { m: new Map([["a", { x: 1, y: 2 }]]), s: new Set([1, 2]) },
        { m: new Map([["a", { x: 1 }]]), s: new Set([1]) },
      ),
    fails: () =>
      offline.assertObjectMatch({ s: new Set([1]) }, { s: new Set([2]) }),
  },
  {
    about: "assertObjectMatch() on an explicit undefined",
    passes: () =>
      offline.assertObjectMatch({ a: undefined, b: 1 }, { a: undefined }),
    fails: () => offline.assertObjectMatch({ b: 1 }, { a: undefined }),
  },
  {
    about: "assertGreater()",
    passes: () => offline.assertGreater(2n, 1n),
    fails: () => offline.assertGreater(1, 1),
  },
  {
    about: "assertGreaterOrEqual()",
    passes: () => offline.assertGreaterOrEqual(1, 1),
    fails: () => offline.assertGreaterOrEqual(0, 1),
  },
  {
    about: "assertLess()",
    passes: () => offline.assertLess(1, 2),
    fails: () => offline.assertLess(2, 2),
  },
  {
    about: "assertLessOrEqual()",
    passes: () => offline.assertLessOrEqual(2, 2),
    fails: () => offline.assertLessOrEqual(NaN, 2),
  },
  {
    about: "assertAlmostEquals()",
    passes: () => offline.assertAlmostEquals(0.1 + 0.2, 0.3),
    fails: () => offline.assertAlmostEquals(0.1, 0.11),
  },
  {
    about: "assertAlmostEquals() with a tolerance",
    passes: () => offline.assertAlmostEquals(0.1, 0.11, 0.02),
    fails: () => offline.assertAlmostEquals(0.1, NaN, 0.02),
  },
];

/** What the case threw, or `undefined`; a promise is waited for. */
async function outcome(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}

for (const { about, passes, fails } of CASES) {
  Deno.test(`offline ${about} passes and fails where it should`, async () => {
    const thrown = await outcome(passes);
    if (thrown !== undefined) throw thrown;
    const failure = await outcome(fails);
    if (!(failure instanceof offline.AssertionError)) {
      throw new Error(`Expected an AssertionError, got ${failure}`);
    }
  });
}

Deno.test("offline fail() and unreachable() always fail, naming the reason", async () => {
  for (
    const run of [() => offline.fail("why"), () => offline.unreachable("why")]
  ) {
    const failure = await outcome(run);
    if (!(failure instanceof offline.AssertionError)) throw failure;
    if (!failure.message.includes("why")) throw failure;
  }
});

Deno.test("offline assertions add the note of the test to their message", async () => {
  const failure = await outcome(() => offline.assertEquals(1, 2, "my note"));
  if (!String(failure).includes("my note")) throw failure;
});

Deno.test("offline assertThrows() and assertRejects() return the very error", async () => {
  const error = new Derived("it");
  if (offline.assertThrows(boom(error), Base) !== error) {
    throw new Error("assertThrows returned another error");
  }
  if (await offline.assertRejects(rejecting(error), Base) !== error) {
    throw new Error("assertRejects returned another error");
  }
});

Deno.test("offline stand-in has a case for every function it exports", () => {
  const tested = CASES.map((one) => one.about).join(" ");
  const spared = ["AssertionError", "equal", "fail", "unreachable"];
  const missing = Object.keys(offline).filter((name) =>
    !spared.includes(name) && !tested.includes(`${name}()`)
  );
  if (missing.length > 0) throw new Error(`Untested: ${missing.join(", ")}`);
});
