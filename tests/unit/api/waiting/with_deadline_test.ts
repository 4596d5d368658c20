import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { withDeadline, type WorkContext } from "../../../../api/waiting/mod.ts";
import {
  createError,
  TimeoutError,
} from "../../../../errors/specific_errors.ts";
import { FakeClock } from "../../support/_fake_clock.ts";

const action = () => "do it";

function untilEnded({ signal }: WorkContext): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

Deno.test("withDeadline() ends work at its time, with the last error and its doubt", async () => {
  const clock = new FakeClock();
  const lost = createError("Cannot put: lost", {
    code: "connection_lost",
    maybeCommitted: true,
    endpoint: "http://a:1",
  });
  const work = withDeadline({ timeoutMs: 100, action, clock }, (context) => {
    context.failed(lost);
    return untilEnded(context);
  });
  clock.advance(99);
  assertEquals(clock.pending, 1);
  clock.advance(1);
  const error = await assertRejects(() => work, TimeoutError);
  assertStrictEquals(error.cause, lost);
  assert(error.maybeCommitted);
  assert(
    error.message.startsWith(
      "Cannot do it: not done within 100 ms (timeout), " +
        "the last attempt ended at http://a:1 (connection_lost)",
    ),
    error.message,
  );
});

Deno.test("WorkContext.leftMs() and throwIfEnded() go by the clock", async () => {
  const clock = new FakeClock();
  await withDeadline({ timeoutMs: 100, action, clock }, (context) => {
    clock.advance(40);
    assertEquals([context.leftMs(1_000), context.leftMs(30)], [60, 30]);
    context.throwIfEnded();
    clock.advance(60);
    assertEquals(context.leftMs(1_000), 1);
    let ended: unknown;
    try {
      context.throwIfEnded();
    } catch (error) {
      ended = error;
    }
    assertInstanceOf(ended, TimeoutError);
    assertFalse(context.cancelSignal.aborted);
    return Promise.resolve();
  });
  assertEquals(clock.pending, 0);
});

Deno.test("withDeadline() fails with the reason of the signal as it was given", async () => {
  const abort = new AbortController();
  const options = { signal: abort.signal, timeoutMs: Infinity, action };
  const work = withDeadline(options, (context) => {
    context.maybeCommitted = true;
    return untilEnded(context);
  });
  abort.abort("enough");
  assertEquals(await assertRejects(() => work), "enough");
});
