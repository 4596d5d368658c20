import { assertEquals } from "@std/assert";
import { onAbort } from "../../../../balancers/transport/mod.ts";

/** A signal that counts who listens. */
function counted(): { abort: AbortController; listeners(): number } {
  const abort = new AbortController();
  const { signal } = abort;
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  return { abort, listeners: () => listeners };
}

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

Deno.test("onAbort() takes no signal as one that is never aborted", () => {
  onAbort(undefined, () => {
    throw new Error("called");
  })();
});
