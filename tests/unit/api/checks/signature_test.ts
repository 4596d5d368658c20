// What a public method is given, checked before anything is sent.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { CALL_OPTIONS, LEASE, SECRET } from "../../../../api/checks/_kinds.ts";
import { nearestWord } from "../../../../api/checks/_nearest_word.ts";
import { Signature } from "../../../../api/checks/_signature.ts";
import { InvalidOptionError } from "../../../../mod.ts";

const PUT = new Signature("put", {
  ...CALL_OPTIONS,
  lease: LEASE,
  password: SECRET,
});

const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ["null", null, "Cannot call put(): 'options' must be an object"],
  ["a number", 5, "'options' must be an object: current value is 5"],
  [
    "a controller",
    new AbortController(),
    "'options' must be an object such as { signal }: current value is an AbortController",
  ],
  ["a signal of null", { signal: null }, "'signal' must be an AbortSignal"],
  [
    "a controller as signal",
    { signal: new AbortController() },
    "'signal' must be an AbortSignal, such as the 'signal' of an AbortController",
  ],
  ["a timeout of text", { timeoutMs: "5" }, "'timeoutMs' must be false, or"],
  ["a lease of a number", { lease: 5 }, "'lease' must be a lease or its id"],
  ["another name", { leaseId: 5n }, "did you mean 'lease'?"],
  ["a timeout", { timeout: 5 }, "did you mean 'timeoutMs'?"],
  ["what objects inherit", { toString: 5 }, "'toString' must be absent"],
];

for (const [what, options, message] of REFUSED) {
  Deno.test(`Signature.check() refuses ${what}`, () => {
    const error = assertThrows(
      () => PUT.check(options),
      InvalidOptionError,
      message,
    );
    assertEquals(error.method, "put");
    assert(error.message.startsWith("Cannot call put(): "), error.message);
  });
}

Deno.test("Signature.check() shows no secret", () => {
  for (const options of [{ password: 12345 }, { passwort: "12345" }]) {
    const error = assertThrows(() => PUT.check(options), InvalidOptionError);
    assert(!error.message.includes("12345"), error.message);
    const logged = Deno.inspect(error);
    assert(!logged.includes("12345"), logged);
  }
});

Deno.test("Signature.check() takes what is known, and undefined", () => {
  PUT.check(undefined);
  PUT.check({});
  PUT.check({ lease: -5n, timeoutMs: false, signal: undefined });
});

Deno.test("Signature.take() names the method in complaints about arguments", () => {
  const error = assertThrows(
    () =>
      PUT.take({}, () => {
        throw new InvalidOptionError("key", null, { expected: "a key" });
      }),
    InvalidOptionError,
    "Cannot call put(): 'key' must be a key: current value is null",
  );
  assertEquals([error.option, error.value], ["key", null]);
});

Deno.test("Signature.take() leaves other errors as they are", () => {
  const thrown = new RangeError("mine");
  const caught = assertThrows(() =>
    PUT.take({}, () => {
      throw thrown;
    })
  );
  assert(caught === thrown);
});

Deno.test("nearestWord() finds what was meant, and nothing far from it", () => {
  const known = ["ttlSeconds", "timeoutMs", "signal", "asLearner"];
  assertEquals(nearestWord("ttl", known), "ttlSeconds");
  assertEquals(nearestWord("isLearner", known), "asLearner");
  assertEquals(nearestWord("timoutMs", known), "timeoutMs");
  assertEquals(nearestWord("abortSignal", known), "signal");
  assertEquals(nearestWord("prevKv", known), undefined);
});
