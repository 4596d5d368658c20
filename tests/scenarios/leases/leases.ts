import { everyStrategy } from "../verdict/expectations.ts";
import {
  runManyLeases,
  runMemberFault,
  runNoServer,
  runQuorumLost,
  runQuorumLostAndBack,
  runRevokedMeanwhile,
  runStreamDeadThenAgain,
} from "./_lease_runs.ts";
import type { Expected } from "../verdict/expected.ts";
import type { Scenario } from "../scenario.ts";

// etcd makes no lease shorter than 1.5 elections: 2 s at its default speed.

const KEPT: Expected = {
  lease: "kept",
  measures: { "on the server by then": [1, 1] },
};
const LOST: Expected = {
  lease: "lost",
  measures: {
    "loss named not_renewed": [1, 1],
    // Told before the server ends it.
    "on the server by then": [1, 1],
  },
};
/** Two calls too late, of three; the lease between them lives. */
const AGAIN: Expected = {
  failed: [2, 2],
  codes: ["lease_lost"],
  lease: "kept",
  measures: {
    "loss named not_renewed": [1, 1],
    "loss named client_closed": [1, 1],
  },
};

/** Leases, of the sections A, C and F. */
export const LEASES: readonly Scenario[] = [
  {
    id: 11,
    title: "lease of 3 s on a blackholed endpoint, without pings",
    faultClass: "silent",
    fault: "its member's connections stay open, every byte is discarded",
    seconds: 5,
    expectations: {
      "grpc1.0": { go: "lost [M]", ours: LOST },
      "grpc1.7": { go: "lost [M]", ours: LOST },
      "grpc1.23": {
        go: "lost [M]",
        ours: KEPT,
        because:
          "a stream that leaves a renewal unanswered is replaced, and the next one is on the next member",
      },
    },
    run: (context) =>
      runMemberFault(context, {
        ttlSeconds: 3,
        forMs: 5_000,
        pings: false,
        begin: ({ proxy }) => proxy.set({ kind: "blackhole" }),
      }),
  },
  {
    id: 12,
    title: "lease of 4 s on a blackholed endpoint, with pings",
    faultClass: "silent",
    fault: "its member's connections stay open, every byte is discarded",
    seconds: 4,
    expectations: {
      "grpc1.0": { go: "lost", ours: LOST },
      "grpc1.7": {
        go: "kept [D]",
        ours: {
          ...KEPT,
          connections: 1,
          measures: {
            ...KEPT.measures,
            "ms until the connection was given up": [0, 2_000],
          },
        },
      },
      "grpc1.23": {
        go: "kept when the TTL is more than 20 s and a ping's timeout [D]",
        ours: {
          ...KEPT,
          measures: {
            ...KEPT.measures,
            "ms until the connection was given up": [0, 2_000],
          },
        },
        because:
          "the wait for a ping is not raised to 10 s, so a lease of 4 s is long enough",
      },
    },
    run: (context) =>
      runMemberFault(context, {
        ttlSeconds: 4,
        forMs: 4_000,
        // Farther apart, and a third of the TTL would come first.
        pings: { timeMs: 500, timeoutMs: 300 },
        begin: ({ proxy }) => proxy.set({ kind: "blackhole" }),
      }),
  },
  {
    id: 47,
    title: "lease of 3 s on an isolated follower, with pings",
    faultClass: "isolated",
    fault: "its member's links to the other members are cut",
    seconds: 5,
    expectations: {
      "grpc1.0": { go: "no effect", ours: { ...LOST, redials: [0, 0] } },
      "grpc1.7": {
        go: "pings pass, no effect (#8673)",
        ours: { ...LOST, redials: [0, 0] },
      },
      "grpc1.23": {
        go: "pings pass, no effect (#8673)",
        ours: { ...KEPT, redials: [0, 0] },
        because:
          "nor have they any here: it is the unanswered renewal whose stream is replaced, by one on the next member",
      },
    },
    run: (context) =>
      runMemberFault(context, {
        ttlSeconds: 3,
        // A follower forwards renewals until it misses its leader, which is
        // after 2 s at most, and the test's partition lets those through.
        forMs: 5_000,
        // Closer together, and the server would close the connection for it.
        pings: { timeMs: 1_000, timeoutMs: 500 },
        begin: (member) => context.cluster.isolate(member),
      }),
  },
  {
    id: 49,
    title: "lease of 10 s while the quorum is lost and comes back",
    faultClass: "nobody",
    fault: "the other two members are killed, and started again after 3.5 s",
    seconds: 7,
    expectations: everyStrategy({
      go: "renewed or closed, never hung [T]",
      ours: {
        ...KEPT,
        measures: {
          ...KEPT.measures,
          "ms from the return to the answer": [0, 2_500],
        },
      },
      because:
        "upstream's 4 s are for elections ten times as fast as etcd's own",
    }),
    run: runQuorumLostAndBack,
  },
  {
    id: 50,
    title: "lease of 4 s when the quorum is lost",
    faultClass: "nobody",
    fault: "the other two members are killed",
    seconds: 4,
    expectations: everyStrategy({
      go:
        "a KeepAlive that requires a leader closes, one that does not stays [T]",
      ours: {
        lease: "lost",
        measures: {
          "ms until the loss": [1_500, 4_500],
          "loss named not_renewed": [1, 1],
          "loss caused by no_leader": [1, 1],
        },
      },
      because:
        "every renewal of ours requires a leader; its stream is opened again and again until the time is up",
    }),
    run: runQuorumLost,
  },
  {
    id: 81,
    title: "300 leases of 4 s, nobody waits for a renewal",
    faultClass: "none",
    fault: "none",
    seconds: 5,
    expectations: everyStrategy({
      go: "replies are dropped, the schedule is still TTL/3 [T]",
      ours: {
        lease: "kept",
        measures: { "renewals per lease in 4.67 s": [3, 4] },
      },
      because: "ours has no queue of replies that could be full",
    }),
    run: runManyLeases,
  },
  {
    id: 82,
    title: "lease of 3 s without any server",
    faultClass: "nobody",
    fault: "every member refuses connections",
    seconds: 3,
    expectations: everyStrategy({
      go: "closes within the TTL and a little [T]",
      ours: {
        ...LOST,
        measures: { ...LOST.measures, "ms until the loss": [1_500, 3_500] },
      },
    }),
    run: runNoServer,
  },
  {
    id: 83,
    title: "lease of 10 s revoked elsewhere while disconnected",
    faultClass: "nobody",
    fault: "every member refuses connections until it is revoked",
    expectations: everyStrategy({
      go: "closes within the TTL [T]",
      ours: {
        lease: "lost",
        measures: {
          "ms until the loss": [0, 3_000],
          "loss named expired": [1, 1],
          "on the server by then": [0, 0],
        },
      },
    }),
    run: runRevokedMeanwhile,
  },
  {
    id: 84,
    title: "keepAlive when all renewals had ended, and on a closed client",
    faultClass: "nobody",
    fault: "every member refuses connections until the first lease is lost",
    seconds: 6,
    expectations: {
      ...everyStrategy({
        go: "ErrKeepAliveHalted, only after Close [T]",
        ours: AGAIN,
      }),
      "grpc1.0": {
        go: "ErrKeepAliveHalted after any error that halts the loop [T]",
        ours: AGAIN,
        because: "a stream that ended is no reason to refuse the next lease",
      },
    },
    run: runStreamDeadThenAgain,
  },
];
