import { guardedListener } from "../balancers/_guarded_listener.ts";
import {
  checkCount,
  checkInt64,
  checkKnown,
  checkMs,
  checkOneOf,
} from "./_checks.ts";
import type { BufferLimits } from "./_watch_buffer.ts";
import type {
  HeartbeatOptions,
  WatchOptions,
  WatchState,
} from "./watch_types.ts";

/** The options of a watch, checked and complete. */
export interface ResolvedWatchOptions extends WatchOptions {
  /** The limits of the buffer, and what happens at them. */
  readonly buffer: BufferLimits & {
    readonly policy: "block" | "coalesce" | "error";
  };
  /** As given, or by default. */
  readonly onCompaction: "error" | "relist";
  /** As given, or by default. */
  readonly requireLeader: boolean;
  /** As given, or by default. */
  readonly heartbeat: HeartbeatOptions | false;
  /** Told of each state; never throws. */
  readonly onStateChange: (state: WatchState) => void;
}

const DEFAULT_HEARTBEAT: HeartbeatOptions = {
  intervalMs: 10_000,
  timeoutMs: 5_000,
};
const DEFAULT_EVENTS = 10_000;
const DEFAULT_BYTES = 16 * 1024 * 1024;

const KNOWN = [
  "startRevision",
  "prevKv",
  "noPut",
  "noDelete",
  "progressNotify",
  "fragment",
  "requireLeader",
  "buffer",
  "heartbeat",
  "onCompaction",
  "onStateChange",
  "signal",
] as const;

/**
 * Checks the options of a watch and fills in what is not given.
 *
 * @throws {InvalidOptionError} If one is not acceptable.
 */
export function resolveWatchOptions(
  options: WatchOptions,
): ResolvedWatchOptions {
  checkKnown("a watch", options, KNOWN);
  const { startRevision, onStateChange } = options;
  // 0 is etcd's own word for "from now on".
  const start = startRevision === undefined
    ? undefined
    : checkInt64("startRevision", startRevision) || undefined;
  return {
    ...options,
    startRevision: start,
    onCompaction: checkOneOf("onCompaction", options.onCompaction ?? "error", [
      "error",
      "relist",
    ]),
    requireLeader: options.requireLeader ?? true,
    buffer: resolveBuffer(options.buffer ?? {}),
    heartbeat: resolveHeartbeat(options.heartbeat ?? DEFAULT_HEARTBEAT),
    onStateChange: onStateChange === undefined
      ? () => {}
      : guardedListener("onStateChange", onStateChange),
  };
}

function resolveBuffer(
  buffer: NonNullable<WatchOptions["buffer"]>,
): ResolvedWatchOptions["buffer"] {
  checkKnown("buffer", buffer, ["events", "bytes", "policy"]);
  return {
    events: checkCount("buffer.events", buffer.events ?? DEFAULT_EVENTS),
    bytes: checkCount("buffer.bytes", buffer.bytes ?? DEFAULT_BYTES),
    policy: checkOneOf("buffer.policy", buffer.policy ?? "block", [
      "block",
      "coalesce",
      "error",
    ]),
  };
}

function resolveHeartbeat(
  heartbeat: HeartbeatOptions | false,
): HeartbeatOptions | false {
  if (heartbeat === false) return false;
  checkKnown("heartbeat", heartbeat, ["intervalMs", "timeoutMs"]);
  return {
    intervalMs: checkMs("heartbeat.intervalMs", heartbeat.intervalMs),
    timeoutMs: checkMs("heartbeat.timeoutMs", heartbeat.timeoutMs),
  };
}
