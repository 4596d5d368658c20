import { assertEquals, assertRejects } from "@std/assert";
import { abortable } from "../../../../api/waiting/mod.ts";

Deno.test("abortable() rejects with the signal's reason, and no later than that", async () => {
  const reason = new Error("enough");
  const abort = new AbortController();
  const late = Promise.withResolvers<never>();
  const waiting = abortable(late.promise, abort.signal);
  abort.abort(reason);
  assertEquals(await assertRejects(() => waiting), reason);
  const promise = Promise.withResolvers<never>();
  const signal = AbortSignal.abort(reason);
  const refused = abortable(promise.promise, signal);
  assertEquals(await assertRejects(() => refused), reason);
  // Nobody is there to handle these: they must not end the process.
  late.reject(new Error("too late"));
  promise.reject(new Error("too late"));
  await new Promise((resolve) => setTimeout(resolve));
});
