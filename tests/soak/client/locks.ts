import type { Lock } from "../../../mod.ts";
import { sleep } from "../../../testing/wait/mod.ts";
import { draw, type Load } from "./load.ts";

const TTL_SECONDS = 5;
const TIMEOUT_MS = 5_000;
const NAME = "soak/lock";

const held = new Set<Lock>();

/** A session that takes the one lock there is, if it gets it, and lets it go. */
export async function locks(load: Load): Promise<void> {
  const { client, tally, random } = load;
  const options = { timeoutMs: TIMEOUT_MS };
  const session = await tally.call(
    { what: "a session", ...options },
    () => client.session({ ttlSeconds: TTL_SECONDS, ...options }),
  );
  if (session === undefined) return;
  const lock = await tally.call(
    { what: "a lock", ...options },
    () =>
      random() < 0.5
        ? session.lock(NAME, options)
        : session.tryLock(NAME, options),
  );
  if (lock !== undefined) {
    tally.counts.locks++;
    const others = [...held].filter(({ signal }) => !signal.aborted);
    if (others.length > 0) {
      tally.fault(`a lock was taken at ${lock.revision} while it was held`);
    }
    held.add(lock);
    await sleep(draw(load, { least: 0, limit: 100 }));
    held.delete(lock);
    await tally.call(
      { what: "an unlock", ...options },
      () => lock.unlock(options),
    );
  }
  await tally.call(
    { what: "the close of a session", timeoutMs: 30_000 },
    () => {
      return session.close();
    },
  );
}
