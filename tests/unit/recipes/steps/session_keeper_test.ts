// The end of a session of a recipe's own.
import { assertEquals } from "@std/assert";
import { withDeadline } from "../../../../api/waiting/mod.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import type { Keyspace } from "../../../../mod.ts";
import { SessionKeeper } from "../../../../recipes/steps/mod.ts";

const HELD = createError("Cannot revoke the lease: no answer", {
  code: "server_deadline_exceeded",
  retryable: true,
  maybeCommitted: true,
});

for (const failures of [0, 1, Infinity]) {
  Deno.test(`SessionKeeper.close() ends although revoking fails ${failures} times`, async () => {
    let asked = 0;
    const revoke = () =>
      ++asked > failures ? Promise.resolve() : Promise.reject(HELD);
    const session = {
      signal: new AbortController().signal,
      lease: { ttlSeconds: 1, revoke },
    };
    const keys = {
      session: () => Promise.resolve(session),
    } as unknown as Pick<Keyspace, "session">;
    const keeper = new SessionKeeper(keys, {});
    const got = await withDeadline(
      { timeoutMs: 1_000, action: () => "open" },
      (context) => keeper.get(context),
    );
    assertEquals<unknown>(got, session);
    await keeper.close();
    assertEquals(asked > 1, failures > 0);
  });
}
