import { assertEquals } from "@std/assert";
import { onAbort } from "../../../../balancers/transport/mod.ts";
import { counted } from "../../support/_counted_signal.ts";

Deno.test("onAbort() gives the reason once, later or at once", () => {
  const reasons: unknown[] = [];
  const { abort } = counted();
  onAbort(abort.signal, (reason) => reasons.push(reason));
  assertEquals(reasons, []);
  abort.abort("later");
  abort.abort("again");
  assertEquals(reasons, ["later"]);
  onAbort(abort.signal, (reason) => reasons.push(reason));
  assertEquals(reasons, ["later", "later"]);
});

Deno.test("onAbort() leaves nothing with a signal once it is unlinked", () => {
  const reasons: unknown[] = [];
  const { abort, listeners } = counted();
  const unlink = onAbort(abort.signal, (reason) => reasons.push(reason));
  assertEquals(listeners(), 1);
  unlink();
  assertEquals(listeners(), 0);
  abort.abort("unheard");
  assertEquals(reasons, []);
});

Deno.test("onAbort() listens once to a signal that many share, and calls all in their order", () => {
  const called: number[] = [];
  const { abort, listeners } = counted();
  const unlinks = Array.from(
    { length: 1_000 },
    (_, at) => onAbort(abort.signal, () => called.push(at)),
  );
  assertEquals(listeners(), 1, "a signal looks through them for each");
  for (const unlink of unlinks.slice(3)) unlink();
  // One that is called takes another one away, and itself once more.
  onAbort(abort.signal, () => {
    unlinks[2]?.();
    unlinks[0]?.();
  });
  unlinks[2]?.();
  onAbort(abort.signal, () => called.push(-1));
  abort.abort();
  assertEquals(called, [0, 1, -1]);
  for (const unlink of unlinks) unlink();
  onAbort(abort.signal, () => called.push(-2));
  assertEquals(called, [0, 1, -1, -2]);
});

Deno.test("onAbort() listens again after all have left", () => {
  const called: string[] = [];
  const { abort, listeners } = counted();
  const first = onAbort(abort.signal, () => called.push("first"));
  first();
  onAbort(abort.signal, () => called.push("second"));
  first();
  assertEquals(listeners(), 1);
  abort.abort();
  assertEquals(called, ["second"]);
});

Deno.test("onAbort() tells the others, though one throws", async () => {
  const called: string[] = [];
  const { abort } = counted();
  onAbort(abort.signal, () => {
    throw new Error("of a listener");
  });
  onAbort(abort.signal, () => called.push("other"));
  const thrown = Promise.withResolvers<string>();
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    thrown.resolve(event.error.message);
  }, { once: true });
  abort.abort();
  assertEquals(called, ["other"]);
  assertEquals(await thrown.promise, "of a listener");
});

Deno.test("onAbort() takes no signal as one that is never aborted", () => {
  onAbort(undefined, () => {
    throw new Error("called");
  })();
});
