// Requests whose copy would undo what was done since: they are sent once.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Client, UnavailableError } from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import {
  faultyClient,
  faultyMember,
  other,
  startFaultyMember,
} from "../_faulty_member.ts";

startFaultyMember();

/**
 * Makes a call whose answer is lost when the server has applied it. What
 * `meanwhile` does comes between, and a copy would come after it.
 */
async function losingTheAnswer(
  call: (client: Client) => Promise<() => Promise<unknown>>,
  applied: () => Promise<boolean>,
  meanwhile: () => Promise<unknown>,
): Promise<void> {
  const member = faultyMember();
  await using client = faultyClient();
  const run = await call(client);
  await member.proxy.set({ kind: "mute" });
  const made = run();
  made.catch(() => {});
  await waitFor("the call to be applied", applied);
  await meanwhile();
  await member.proxy.set({ kind: "pass" });
  const error = await assertRejects(() => made, UnavailableError);
  assertEquals(error.code, "connection_lost");
  assert(error.maybeCommitted && !error.retryable, error.message);
  // A copy would be on its way by now, and before this one.
  await client.get("any");
}

Deno.test("client.lock.unlock() whose answer is lost does not give up the next lock of its lease", async () => {
  const lease = await other.lease.grant(60);
  const own = { lease: lease.id };
  const { key } = await other.lock.lock("once", own);
  const isThere = async () => await other.get(key) !== undefined;
  await losingTheAnswer(
    async (client) => {
      await client.connect();
      return () => client.lock.unlock(key);
    },
    async () => !await isThere(),
    () => other.lock.lock("once", own),
  );
  assert(await isThere());
  await lease.revoke();
});

Deno.test("revoke() whose answer is lost does not end a lease that was granted its id since", async () => {
  const isThere = async () => (await other.lease.list()).includes(7_001n);
  await losingTheAnswer(
    async (client) => {
      const lease = await client.lease.grant(60, { id: 7_001n });
      return () => lease.revoke();
    },
    async () => !await isThere(),
    async () => (await other.lease.grant(60, { id: 7_001n })).orphan(),
  );
  assert(await isThere());
});

Deno.test("grant() with an id whose answer is lost does not revive a lease that was revoked since", async () => {
  const isThere = async () => (await other.lease.list()).includes(7_002n);
  await losingTheAnswer(
    async (client) => {
      await client.connect();
      return () => client.lease.grant(60, { id: 7_002n });
    },
    isThere,
    async () => (await other.lease.attach(7_002n)).revoke(),
  );
  assert(!await isThere());
});

Deno.test("grant() with an id takes no longer than its time, and says that it may have been applied", async () => {
  const member = faultyMember();
  await using client = faultyClient();
  await client.connect();
  await member.proxy.set({ kind: "mute" });
  const begun = performance.now();
  const granted = client.lease.grant(60, { id: 7_003n, timeoutMs: 3_000 });
  granted.catch(() => {});
  await waitFor(
    "the grant",
    async () => (await other.lease.list()).includes(7_003n),
  );
  // The first answer is lost, and nothing can be asked from then on.
  await member.proxy.set({ kind: "hang" });
  await member.proxy.cutAll();
  const error = await assertRejects(() => granted, UnavailableError);
  const tookMs = performance.now() - begun;
  await member.proxy.set({ kind: "pass" });
  assert(error.maybeCommitted, error.message);
  assert(tookMs < 4_000, `${tookMs} ms`);
});
