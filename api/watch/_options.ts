import { guardedListener } from "../../balancers/pool/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import {
  ANYTHING,
  checkMs,
  checkOptions,
  COUNT,
  FLAG,
  FUNCTION,
  oneOf,
  type OptionKinds,
  REVISION,
  SIGNAL,
  Signature,
} from "../checks/mod.ts";
import type { BufferLimits } from "./_buffer.ts";
import type { HeartbeatOptions, WatchOptions, WatchState } from "./types.ts";

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
  readonly onLeaderLoss: "wait" | "end";
  /** As given, or by default. */
  readonly heartbeat: HeartbeatOptions | false;
  /** Called with each state; never throws. */
  readonly onStateChange: (state: WatchState) => void;
}

const DEFAULT_HEARTBEAT: HeartbeatOptions = {
  intervalMs: 10_000,
  timeoutMs: 5_000,
};
const DEFAULT_EVENTS = 10_000;
const DEFAULT_BYTES = 16 * 1024 * 1024;

const BUFFER: OptionKinds = {
  events: COUNT,
  bytes: COUNT,
  policy: oneOf("block", "coalesce", "error"),
};
const HEARTBEAT: OptionKinds = { intervalMs: ANYTHING, timeoutMs: ANYTHING };

/** The parameters of `watch`. */
export const WATCH: Signature = new Signature("watch", {
  startRevision: REVISION,
  prevKv: FLAG,
  noPut: FLAG,
  noDelete: FLAG,
  progressNotify: FLAG,
  fragment: FLAG,
  requireLeader: FLAG,
  onLeaderLoss: oneOf("wait", "end"),
  buffer: ANYTHING,
  heartbeat: ANYTHING,
  onCompaction: oneOf("error", "relist"),
  onStateChange: FUNCTION,
  signal: SIGNAL,
});

/** Fills in what is not given, and checks what has options of its own. */
export function resolveWatchOptions(
  options: WatchOptions,
): ResolvedWatchOptions {
  const { startRevision, onStateChange, buffer = {} } = options;
  const { heartbeat = DEFAULT_HEARTBEAT } = options;
  const { requireLeader = true, onLeaderLoss = "wait" } = options;
  if (onLeaderLoss === "end" && !requireLeader) {
    throw new InvalidOptionError("onLeaderLoss", onLeaderLoss, {
      expected: "'wait' where 'requireLeader' is false: no stream ends so",
    });
  }
  checkOptions("buffer", buffer, BUFFER);
  if (heartbeat !== false) {
    checkOptions("heartbeat", heartbeat, HEARTBEAT);
    checkMs("heartbeat.intervalMs", heartbeat.intervalMs);
    checkMs("heartbeat.timeoutMs", heartbeat.timeoutMs);
  }
  return {
    ...options,
    // 0 is etcd's own word for "from now on".
    startRevision: startRevision || undefined,
    onCompaction: options.onCompaction ?? "error",
    requireLeader,
    onLeaderLoss,
    buffer: {
      events: buffer.events ?? DEFAULT_EVENTS,
      bytes: buffer.bytes ?? DEFAULT_BYTES,
      policy: buffer.policy ?? "block",
    },
    heartbeat,
    onStateChange: onStateChange === undefined
      ? () => {}
      : guardedListener("onStateChange", onStateChange),
  };
}
