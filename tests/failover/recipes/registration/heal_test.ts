// Registrations whose key or lease is taken from them, on a real server, with
// the time in which they are back.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { LeaseLostError } from "../../../../errors/mod.ts";
import { register, type RegistrationState } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import {
  cluster,
  goBack,
  other,
  startRestorable,
  tested,
} from "../../_restored.ts";
import { keptStates, newKey, untilEpoch } from "./_subject.ts";

startRestorable();

// Far above the time of a round trip, and below that of any lease.
const AT_ONCE_MS = 5_000;

Deno.test("register() is there again at once after its key was deleted", async () => {
  await using client = tested();
  await using observer = other();
  const key = newKey();
  const { kinds, onStateChange } = keptStates();
  await using r = await register(client, key, "a", {
    ttlSeconds: 60,
    onStateChange,
  });
  const ask = { client: observer, key, timeoutMs: AT_ONCE_MS };
  const first = await untilEpoch(r, 1, ask);
  for (const epoch of [2, 3]) {
    await observer.delete(key);
    const kv = await untilEpoch(r, epoch, ask);
    assertEquals([kv.value.text(), kv.lease], ["a", first.lease]);
  }
  assertEquals(kinds, [
    "registered",
    "registering",
    "registered",
    "registering",
    "registered",
  ]);
});

Deno.test("register() is there again at once after its lease was revoked", async () => {
  await using client = tested();
  await using observer = other();
  const key = newKey();
  const reasons: unknown[] = [];
  await using r = await register(client, key, "a", {
    ttlSeconds: 60,
    onStateChange(state) {
      if (state.kind === "registering") reasons.push(state.reason);
    },
  });
  const ask = { client: observer, key, timeoutMs: AT_ONCE_MS };
  const first = await untilEpoch(r, 1, ask);
  await (await observer.lease.attach(first.lease)).revoke();
  const kv = await untilEpoch(r, 2, ask);
  assertNotEquals(kv.lease, first.lease);
  assert(reasons.length > 0);
  assertEquals((await observer.lease.list()).length, 1);
});

Deno.test("register() waits while another has put its key, and overwrites nothing", async () => {
  await using client = tested();
  await using observer = other();
  const key = newKey();
  await using r = await register(client, key, "mine", { ttlSeconds: 60 });
  await observer.put(key, "another's");
  await waitFor("the wait", () => r.state.kind === "waiting");
  const { state } = r;
  assertEquals(
    state.kind === "waiting" && state.holder.value.text(),
    "another's",
  );
  await observer.put(key, "another's still");
  await waitFor("that to be seen", () =>
    r.state.kind === "waiting" &&
    r.state.holder.value.text() === "another's still");
  assertEquals((await observer.get(key))?.value.text(), "another's still");
  await observer.delete(key);
  const ask = { client: observer, key, timeoutMs: AT_ONCE_MS };
  assertEquals((await untilEpoch(r, 2, ask)).value.text(), "mine");
});

Deno.test("register() takes over, or fails, if it is told to", async () => {
  await using client = tested();
  await using observer = other();
  const key = newKey();
  await using taking = await register(client, key, "mine", {
    ttlSeconds: 60,
    onConflict: "takeOver",
  });
  await observer.put(key, "another's");
  const ask = { client: observer, key, timeoutMs: AT_ONCE_MS };
  assertEquals((await untilEpoch(taking, 2, ask)).value.text(), "mine");

  const failing = newKey();
  await using fails = await register(client, failing, "mine", {
    ttlSeconds: 60,
    onConflict: "fail",
  });
  await observer.put(failing, "another's");
  await waitFor("the end", () => fails.state.kind === "closed");
  await fails.close();
  assertEquals((await observer.get(failing))?.value.text(), "another's");
});

Deno.test("register() is there again after its client was cut off for longer than its lease", async () => {
  await using client = tested();
  await using observer = other();
  const [member] = cluster.members;
  assert(member);
  const key = newKey();
  const states: RegistrationState[] = [];
  await using r = await register(client, key, "a", {
    ttlSeconds: 2,
    onStateChange: (state) => states.push(state),
  });
  const ask = { client: observer, key, timeoutMs: 20_000 };
  await untilEpoch(r, 1, ask);
  await member.proxy.set({ kind: "refuse" });
  try {
    await waitFor("the loss", () => r.state.kind === "registering");
    // It says so before the key can be another's.
    const { state } = r;
    assert(
      state.kind === "registering" && state.reason instanceof LeaseLostError,
    );
    await waitFor("the key's end", async () => !await observer.get(key));
  } finally {
    await member.proxy.set({ kind: "pass" });
  }
  await untilEpoch(r, 2, ask);
  // The lease before ends when its time is over, or has.
  await waitFor(
    "one lease",
    async () => (await observer.lease.list()).length === 1,
  );
});

Deno.test("register() is there again after a snapshot without it was restored", async () => {
  await using client = tested();
  const key = newKey();
  const file = await cluster.snapshot();
  await using r = await register(client, key, "a", { ttlSeconds: 60 });
  await goBack({ snapshot: file });
  await using observer = other();
  const ask = { client: observer, key, timeoutMs: 30_000 };
  await untilEpoch(r, 2, ask);
});

Deno.test("register() is there again in a cluster that has lost its data", async () => {
  await using client = tested();
  const key = newKey();
  await using r = await register(client, key, "a", { ttlSeconds: 60 });
  // The store is past the registration's revision before that is back.
  await goBack({
    async before(observer) {
      for (let at = 0; at < 20; at++) await observer.put("filler", `${at}`);
    },
  });
  await using observer = other();
  const ask = { client: observer, key, timeoutMs: 30_000 };
  await untilEpoch(r, 2, ask);
});
