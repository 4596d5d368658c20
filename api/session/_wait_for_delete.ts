import { CompactedError } from "../../errors/specific_errors.ts";
import { type Effort, pause } from "../waiting/mod.ts";
import { type Doubt, watchRead } from "./_watch_after_read.ts";
import type { SessionKeys } from "./_keys.ts";
import type { KeyValue } from "../values/mod.ts";

/** The departure that is waited for. */
export interface AwaitedDeparture {
  readonly key: Uint8Array;
  /** The revision at which the key was seen. */
  readonly seenAt: bigint;
  /** Whether what the key is put to counts. */
  counts(kv: KeyValue): boolean;
}

/** What has become of the key: perhaps nothing, only a look can tell. */
export type Departure = "deleted" | "detached" | "unknown";

// Before a member that is behind is asked again.
const BEHIND_MS = 500;

/**
 * Waits until a key is deleted or does not count any more, or may have been.
 *
 * @throws {HistoryLostError} If the store has gone back.
 */
export async function departure(
  keys: Pick<SessionKeys, "watch">,
  { key, seenAt: readAt, counts }: AwaitedDeparture,
  effort: Effort,
): Promise<Departure> {
  const { signal } = effort;
  let doubt: Doubt | undefined;
  {
    await using watch = watchRead(keys, key, {
      readAt,
      signal,
      doubt(reason) {
        doubt = reason;
        watch.close();
      },
    });
    effort.trouble = () =>
      watch.state.kind === "reconnecting" ? watch.state.reason : undefined;
    try {
      for await (const { type, kv } of watch.events()) {
        if (type === "delete") return "deleted";
        if (!counts(kv)) return "detached";
      }
    } catch (error) {
      // What has happened is forgotten: the caller looks again.
      if (!(error instanceof CompactedError)) throw error;
    }
  }
  if (doubt === "behind") await pause(BEHIND_MS, signal);
  return "unknown";
}
