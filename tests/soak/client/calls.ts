/** Reads and writes of every kind, and calls that are given up. */
import { Client, op, prefix } from "../../../mod.ts";
import { draw, drawKey, type Load, WATCHED } from "./load.ts";

const TIMEOUT_MS = 3_000;
const SHORT = { least: 1, limit: 20 };
const AT_ONCE = 20;
const PAGES = 8;
const BIG_BYTES = 64 * 1024;

/** A put, a delete, a transaction of three keys, or a large put. */
export async function writes(load: Load): Promise<void> {
  const { client, tally, random } = load;
  const key = drawKey(load);
  const options = { timeoutMs: TIMEOUT_MS };
  const token = load.token();
  const kind = random();
  if (kind < 0.1) {
    await tally.call(
      { what: "a delete", ...options },
      () => client.delete(key, options),
    );
    return;
  }
  await tally.write({ what: "a write", token, ...options }, async () => {
    if (kind < 0.3) {
      const then = [1, 2, 3].map((n) => op.put(`${WATCHED}t${n}`, token));
      return (await client.txn({ then }, options)).header.revision;
    }
    const value = kind < 0.32 ? token.padEnd(BIG_BYTES) : token;
    return (await client.put(key, value, options)).header.revision;
  });
}

/** A get of either kind, or a range. */
export async function reads(load: Load): Promise<void> {
  const { client, tally, random } = load;
  const key = drawKey(load);
  const options = { timeoutMs: TIMEOUT_MS };
  const kind = random();
  // A list has its time for each page.
  const timeoutMs = kind < 0.9 ? TIMEOUT_MS : TIMEOUT_MS * PAGES;
  await tally.call({ what: "a read", timeoutMs }, async () => {
    if (kind < 0.5) await client.get(key, options);
    else if (kind < 0.8) {
      await client.get(key, { ...options, serializable: true });
    } else if (kind < 0.9) {
      await client.range(prefix(WATCHED), { ...options, keysOnly: true });
    } else {
      for await (
        const _ of client.list(prefix(WATCHED), { ...options, pageSize: 5 })
      );
    }
  });
}

/** Puts and gets that share requests. */
export async function batches(load: Load): Promise<void> {
  const { client, tally } = load;
  const kv = client.kv.batched();
  const options = { timeoutMs: TIMEOUT_MS };
  await Promise.all(Array.from({ length: AT_ONCE }, async (_, at) => {
    const key = `${WATCHED}b${at}`;
    if (at % 2 === 0) {
      await tally.call(
        { what: "a batched get", ...options },
        () => kv.get(key, options),
      );
      return;
    }
    const token = load.token();
    await tally.write(
      { what: "a batched put", token, ...options },
      async () => (await kv.put(key, token, options)).header.revision,
    );
  }));
}

/** A call whose time is too short, or just enough. */
export async function shortCalls(load: Load): Promise<void> {
  const { client, tally, random } = load;
  const key = drawKey(load);
  const timeoutMs = draw(load, SHORT);
  if (random() < 0.5) {
    await tally.call(
      { what: "a short get", timeoutMs },
      () => client.get(key, { timeoutMs }),
    );
    return;
  }
  const token = load.token();
  await tally.write(
    { what: "a short put", token, timeoutMs },
    async () => (await client.put(key, token, { timeoutMs })).header.revision,
  );
}

/** A call that its caller gives up. */
export async function abortedCalls(load: Load): Promise<void> {
  const { client, tally, random } = load;
  const key = drawKey(load);
  const timeoutMs = draw(load, SHORT);
  const abort = new AbortController();
  const { signal } = abort;
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  if (random() < 0.5) {
    await tally.call(
      { what: "an aborted get", timeoutMs },
      () => client.get(key, { signal }),
    );
  } else {
    const token = load.token();
    await tally.write(
      { what: "an aborted put", token, timeoutMs },
      async () => (await client.put(key, token, { signal })).header.revision,
    );
  }
  clearTimeout(timer);
}

/** A client that comes and goes, with calls and a watch that its end ends. */
export async function secondClients(load: Load): Promise<void> {
  const { settings: { endpoints, balancer, transport }, tally } = load;
  const client = new Client({
    endpoints,
    balancer,
    transport,
    dialTimeoutMs: 1_000,
  });
  const options = { timeoutMs: TIMEOUT_MS };
  await tally.call(
    { what: "a second client's get", ...options },
    () => client.get(drawKey(load), options),
  );
  const watch = client.watch(prefix(WATCHED));
  // Whether it comes up before its end is left to chance.
  watch.ready.catch(() => {});
  const last = tally.call(
    { what: "a get as its client closes", ...options },
    () => client.get(drawKey(load), options),
  );
  await tally.call({ what: "close()", ...options }, () => client.close());
  await last;
}
