import { assertEquals, assertMatch } from "@std/assert";
import { UnavailableError } from "../../../mod.ts";
import { Tally } from "../../soak/client/tally.ts";

/** Whose grace has passed before it begins. */
const OVERDUE_MS = -10_000;

/** A tally for one test. */
function tallyOf(): Tally & Disposable {
  const tally = new Tally();
  return Object.assign(tally, { [Symbol.dispose]: () => tally.close() });
}

function failing(
  { maybeCommitted }: { readonly maybeCommitted: boolean },
): () => Promise<never> {
  return () =>
    Promise.reject(
      new UnavailableError("Cannot put: gone", {
        code: "unavailable",
        maybeCommitted,
      }),
    );
}

Deno.test("Tally tells of a call that ends later than its deadline allows", async () => {
  using tally = tallyOf();
  const run = () => Promise.resolve(1);
  await tally.call({ what: "in time", timeoutMs: 60_000 }, run);
  await tally.call({ what: "a get", timeoutMs: OVERDUE_MS }, run);
  const { calls, faults: [text = "", ...more] } = tally.take();
  assertMatch(text, /a get ended \d+ ms after its -10000 ms and 1000 ms/);
  assertEquals([calls, more], [2, []]);
});

Deno.test("Tally tells of a call that hangs, and does not wait for it", async () => {
  using tally = tallyOf();
  const end = Promise.withResolvers<void>();
  const call = tally.call(
    { what: "a get", timeoutMs: OVERDUE_MS },
    () => end.promise,
  );
  await tally.settle();
  assertMatch(tally.take().faults.join(), /a get has not ended$/);
  end.resolve();
  await call;
});

Deno.test("Tally keeps writes that were acknowledged, and those that promise not to be there", async () => {
  using tally = tallyOf();
  const write = (token: string, run: () => Promise<bigint>) =>
    tally.write({ what: "a put", token, timeoutMs: 60_000 }, run);
  await write("1.1", () => Promise.resolve(7n));
  await write("1.2", failing({ maybeCommitted: false }));
  await write("1.3", failing({ maybeCommitted: true }));
  const { acked, refused, errors } = tally.take();
  assertEquals(acked, [{ token: "1.1", revision: "7" }]);
  assertEquals(refused, ["1.2"]);
  assertEquals(errors, { "UnavailableError unavailable": 2 });
});

Deno.test("Tally knows the longest time without an acknowledged write", async () => {
  using tally = tallyOf();
  const ofNothing = tally.longestSilenceMs(60_000);
  assertMatch(String(Math.round(ofNothing / 1_000)), /^60$/);
  await tally.write(
    { what: "a put", token: "1.1", timeoutMs: 60_000 },
    () => Promise.resolve(1n),
  );
  assertEquals(tally.longestSilenceMs(0), 0);
});
