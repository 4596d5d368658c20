import { resolveBalancer } from "../../../balancers/mod.ts";
import type { ClientOptions } from "../../../mod.ts";
import { withPingFloor } from "../steps/ping_floor.ts";
import { IN_TIME, LATE, type WatchFault, watchThrough } from "./_through.ts";
import type { RunContext, Scenario, Subject } from "../scenario.ts";

const BLACKHOLE: Pick<WatchFault, "begin" | "end"> = {
  begin: ({ proxy }) => proxy.set({ kind: "blackhole" }),
  end: ({ proxy }) => proxy.set({ kind: "pass" }),
};
const FAULT =
  "the watched member's connections stay open, every byte is discarded";
const SILENCE_MS = 2_000;
const PING_MS = 1_000;
const PING_TIMEOUT_MS = 500;

/** The rows of section A that concern watches. */
export const WATCH_SILENCE: readonly Scenario[] = [
  {
    id: 7,
    title: "watch on a blackholed endpoint, with pings",
    faultClass: "silent",
    fault: FAULT,
    seconds: 6,
    expectations: {
      "grpc1.0": { go: "not possible: no pings, so no event", ours: LATE },
      "grpc1.7": {
        go:
          "event within two intervals of the pings and their timeout: 2.2 s [M], within 1.5 s and the RequestWaitTimeout of its tests [T]",
        ours: { ...IN_TIME, measures: { "ms until the events": [400, 3_500] } },
      },
      "grpc1.23": {
        go: "the interval is raised to 10 s: after about 19.9 s [M]",
        ours: {
          ...IN_TIME,
          measures: { "ms until the events": [3_500, 7_000] },
        },
        because:
          "ours pings from every 5 s on, the least that etcd puts up with, not from every 10 s",
      },
    },
    run: runWithPings,
  },
  {
    id: 10,
    title: "watch on a blackholed endpoint, without pings",
    faultClass: "silent",
    fault: FAULT,
    seconds: 2.5,
    expectations: {
      "grpc1.0": { go: "no event until TCP gives up", ours: LATE },
      "grpc1.7": { go: "no event until TCP gives up", ours: LATE },
      "grpc1.23": { go: "no event until TCP gives up", ours: LATE },
    },
    run: (context) =>
      watchThrough(context, { ...BLACKHOLE, faultMs: SILENCE_MS }),
  },
];

async function runWithPings(context: RunContext) {
  const { client, noticedMs } = pingsFor(context.subject);
  return await watchThrough(context, {
    ...BLACKHOLE,
    client,
    faultMs: SILENCE_MS + noticedMs,
  });
}

/** Pings as often as Go's client of that generation would let them be. */
function pingsFor(subject: Subject): {
  readonly client: Partial<ClientOptions>;
  readonly noticedMs: number;
} {
  const { name, connection: { pings } } = resolveBalancer(subject.balancer)({
    dialTimeoutMs: 1,
  });
  if (pings === false) return { client: { keepAlive: false }, noticedMs: 0 };
  // Go's 1.7 has no floor; the others keep theirs.
  const timeMs = name === "grpc1.7" ? PING_MS : pings.minTimeMs;
  return {
    client: {
      balancer: withPingFloor(subject, timeMs),
      keepAlive: { timeMs, timeoutMs: PING_TIMEOUT_MS },
    },
    noticedMs: timeMs + PING_TIMEOUT_MS,
  };
}
