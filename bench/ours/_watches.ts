import { type Client, op, prefix, type Watch } from "../../mod.ts";
import { type Figures, timeAll, type Workload } from "./_timed.ts";

const WATCHERS = 1_000;
const PUTS_AT_ONCE = 64;
const WRITERS = 4;

const value = new TextEncoder().encode("v".repeat(256));

/** One watcher is sent as many events; they are written 64 at a time. */
export async function deliverToOne(
  client: Client,
  { count }: Workload,
): Promise<Figures> {
  const writes = Math.ceil(count / PUTS_AT_ONCE);
  await using watch = client.watch(prefix("bench/w/"));
  await watch.ready;
  const events = writes * PUTS_AT_ONCE;
  const put = Array.from(
    { length: PUTS_AT_ONCE },
    (_, at) => op.put(`bench/w/${at}`, value),
  );
  return await timeAll(events, () =>
    Promise.all([
      receive(watch, events),
      write(writes, () => client.txn({ then: put })),
    ]));
}

/** A thousand watchers of one key: each put is delivered to all. */
export async function deliverToMany(
  client: Client,
  { count }: Workload,
): Promise<Figures> {
  const writes = Math.ceil(count / WATCHERS);
  const watches = Array.from(
    { length: WATCHERS },
    () => client.watch("bench/w1"),
  );
  await Promise.all(watches.map(({ ready }) => ready));
  return await timeAll(writes * WATCHERS, () =>
    Promise.all([
      ...watches.map((watch) => receive(watch, writes)),
      write(writes, () => client.put("bench/w1", value)),
    ]));
}

async function receive(watch: Watch, expected: number): Promise<void> {
  let received = 0;
  for await (const { events } of watch) {
    received += events.length;
    if (received >= expected) return;
  }
}

async function write(
  count: number,
  once: () => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: WRITERS }, async () => {
    while (next++ < count) await once();
  }));
}
