// Imports the stand-in by path: it is under test online as well as offline.
// The verdicts are taken with plain comparisons, not with the functions judged.
import * as offline from "../../offline/assert.ts";
import { Base, type Case, Derived } from "./_case.ts";
import { EQUALITY_CASES } from "./_equality_cases.ts";
import { boom, rejecting, THROWING_CASES } from "./_throwing_cases.ts";

const CASES: readonly Case[] = [
  ...EQUALITY_CASES,
  ...THROWING_CASES,
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
