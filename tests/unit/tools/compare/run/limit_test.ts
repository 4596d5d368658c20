import { assertEquals, assertRejects } from "@std/assert";
import {
  LeftBehindError,
  withLimit,
} from "../../../../../tools/compare/run/_limit.ts";
import { repeatDuring } from "../../../../scenarios/steps/repeat_during.ts";

const LIMIT = { limitMs: 10_000, graceMs: 10_000 };

/** Ends when its signal says so. */
function obedient(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

Deno.test("withLimit() gives what the work gives", async () => {
  assertEquals(await withLimit(() => Promise.resolve(7), LIMIT), 7);
  await assertRejects(
    () => withLimit(() => Promise.reject(new TypeError("x")), LIMIT),
    TypeError,
    "x",
  );
});

Deno.test("withLimit() tells work to end in time", async () => {
  await assertRejects(
    () => withLimit(obedient, { ...LIMIT, limitMs: 5 }),
    Error,
    "Cannot go on: not done after 5 ms",
  );
});

Deno.test("withLimit() passes an abort on", async () => {
  const controller = new AbortController();
  const work = withLimit(obedient, { ...LIMIT, signal: controller.signal });
  controller.abort(new RangeError("enough"));
  await assertRejects(() => work, RangeError, "enough");
});

Deno.test("withLimit() leaves behind what does not end", async () => {
  const deaf = () => new Promise<never>(() => {});
  const error = await assertRejects(
    () => withLimit(deaf, { limitMs: 5, graceMs: 5 }),
    LeftBehindError,
  );
  assertEquals(
    ((error as Error).cause as Error).message,
    "Cannot go on: not done after 5 ms",
  );
  await assertRejects(
    () =>
      withLimit(deaf, { ...LIMIT, graceMs: 5, signal: AbortSignal.abort() }),
    LeftBehindError,
  );
});

Deno.test("repeatDuring() repeats while the task runs, and no longer", async () => {
  let repeated = 0;
  const enough = Promise.withResolvers<void>();
  await repeatDuring(
    async () => {
      repeated++;
      if (repeated === 5) enough.resolve();
      await Promise.resolve();
    },
    () => enough.promise,
    {},
  );
  const atEnd = repeated;
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(repeated, atEnd);
});

Deno.test("repeatDuring() ends the task when an action fails", async () => {
  const actions = [
    () => new Promise((resolve) => setTimeout(resolve, 0)),
    () => Promise.reject(new TypeError("the load is broken")),
  ];
  await assertRejects(
    () => repeatDuring(actions, obedient, {}),
    TypeError,
    "the load is broken",
  );
});

Deno.test("repeatDuring() gives the error of the task", async () => {
  await assertRejects(
    () =>
      repeatDuring(
        () => new Promise((resolve) => setTimeout(resolve, 0)),
        () => Promise.reject(new TypeError("the fault is broken")),
        {},
      ),
    TypeError,
    "the fault is broken",
  );
});

Deno.test("repeatDuring() ends when it is aborted", async () => {
  const controller = new AbortController();
  const action = () => {
    controller.abort(new RangeError("enough"));
    return Promise.resolve();
  };
  await assertRejects(
    () => repeatDuring(action, obedient, controller),
    RangeError,
    "enough",
  );
});
