import { assert, assertEquals } from "@std/assert";
import type { HeartbeatOptions } from "../../mod.ts";
import { sleep, waitFor } from "../harness/mod.ts";
import { type Check, failureText, seconds } from "./_check.ts";
import { IDLE_SECONDS } from "./_column.ts";
import type { Subject } from "./_subject.ts";

const IDLE_MS = IDLE_SECONDS * 1_000;

// Longer than what is in front lets a stream be idle, twice.
const WAIT_MS = 2 * IDLE_MS + 2_000;
const CALLS_AT_ONCE = 50;
const CALLS = 1_500;
const LEASE_SECONDS = 3;
const HEARTBEAT = { intervalMs: 2_000, timeoutMs: 2_000 };

/** Streams and calls that are open for long. */
export const WAIT_CHECKS: readonly Check[] = [
  {
    title: `watch that is idle for ${WAIT_MS / 1_000} s`,
    run: (subject) => idleWatch(subject, { heartbeat: false }),
  },
  {
    title: "the same with a `heartbeat` of 2 s",
    run: (subject) => idleWatch(subject, { heartbeat: HEARTBEAT }),
  },
  {
    title: `lease of ${LEASE_SECONDS} s, kept for ${WAIT_MS / 1_000} s`,
    run: lease,
  },
  {
    title: `session lock, ${WAIT_MS / 1_000} s in the queue`,
    run: sessionLock,
  },
  {
    title: `lock service, ${WAIT_MS / 1_000} s in the queue`,
    run: (subject) => lockService(subject, () => sleep(WAIT_MS)),
  },
  {
    title: "lock service while 1 500 other calls pass",
    run: (subject) => lockService(subject, (client) => callMuch(client)),
  },
];

type Own = ReturnType<Subject["client"]>["client"];

async function idleWatch(
  subject: Subject,
  { heartbeat }: { readonly heartbeat: HeartbeatOptions | false },
): Promise<string> {
  await using direct = subject.direct();
  const key = subject.fresh();
  const { client: made, events } = subject.client();
  await using client = made;
  await using watch = client.watch(key, { heartbeat });
  await watch.ready;
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { kv } of watch.events()) seen.push(kv.value.text());
  })();
  const quietFrom = performance.now();
  await sleep(WAIT_MS);
  await direct.put(key, "1");
  await direct.put(key, "2");
  await waitFor("both events", () => seen.length >= 2, { timeoutMs: 30_000 });
  await watch.close();
  await reading;
  assertEquals(seen, ["1", "2"], "each event once");
  const resumed = events.filter((event) => event.type === "watch_resumed");
  assert(performance.now() - quietFrom >= WAIT_MS);
  if (resumed.length === 0) return "✔ one stream";
  const codes = [...new Set(resumed.map(({ code }) => `\`${code}\``))];
  return `✔ no event lost, reopened ${resumed.length}× (${codes.join(", ")})`;
}

async function lease(subject: Subject): Promise<string> {
  await using direct = subject.direct();
  const key = subject.fresh();
  await using client = subject.client().client;
  const lease = await client.lease.grant(LEASE_SECONDS);
  await lease.keepAlive();
  await client.put(key, "1", { lease: lease.id });
  await sleep(WAIT_MS);
  assert(!lease.signal.aborted, `${lease.signal.reason}`);
  assert(await direct.get(key), "the lease is there");
  await lease.revoke();
  return "✔";
}

async function sessionLock(subject: Subject): Promise<string> {
  const name = subject.fresh();
  const { client: made, events } = subject.client();
  await using client = made;
  await using one = await client.session();
  await using other = await client.session();
  const held = await one.lock(name);
  const waiting = other.lock(name);
  waiting.catch(() => {});
  await sleep(WAIT_MS);
  await held.unlock();
  const lock = await waiting;
  assert(!lock.signal.aborted);
  await lock.unlock();
  const resumed = events.filter(({ type }) => type === "watch_resumed").length;
  return resumed === 0 ? "✔" : `✔ watch reopened ${resumed}×`;
}

async function lockService(
  subject: Subject,
  meanwhile: (client: Own) => Promise<unknown>,
): Promise<string> {
  const name = subject.fresh();
  await using client = subject.client().client;
  const one = await client.lease.grant(60);
  const other = await client.lease.grant(60);
  const { key } = await client.lock.lock(name, { lease: one.id });
  const startedAt = performance.now();
  const waiting = client.lock.lock(name, { lease: other.id })
    .then(() => "✔", (error) => {
      const afterMs = performance.now() - startedAt;
      return `ends after ${seconds(afterMs)}: ${failureText(error)}`;
    });
  await meanwhile(client);
  await client.lock.unlock(key);
  return await waiting;
}

/** Calls as many that nginx says GOAWAY. */
async function callMuch(client: Own): Promise<void> {
  const lane = async (calls: number) => {
    for (let call = 0; call < calls; call++) {
      await client.get("nothing", { timeoutMs: 30_000 });
    }
  };
  const each = CALLS / CALLS_AT_ONCE;
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, () => lane(each)));
}
