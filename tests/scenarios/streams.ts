import { prefix } from "../../mod.ts";
import { type Member, sleep, waitFor } from "../harness/mod.ts";
import { clientPinnedTo, followerOf, observer, otherThan } from "./_clients.ts";
import { Recorder } from "./recorder.ts";
import type { Recording } from "./recording.ts";
import { repeatDuring } from "./_repeat_during.ts";
import { soon } from "./_soon.ts";
import type { Expected } from "./expected.ts";
import type { RunContext, Scenario } from "./scenario.ts";
import { WatchLog } from "./watch_log.ts";

const IN_TIME: Expected = { watch: "during the fault" };
const LATE: Expected = { watch: "after the fault" };
// Long enough for three elections without a leader, and then some.
const FAULT_MS = 5_000;

/** Section F, and the rows of A to C that concern watches. */
export const STREAMS: readonly Scenario[] = [
  {
    id: 10,
    title: "watch on a blackholed endpoint, without pings",
    fault: "the watched member's connections stay open, bytes are discarded",
    expectations: {
      "grpc1.0": { go: "no event until TCP gives up", ours: LATE },
      "grpc1.7": { go: "no event until TCP gives up", ours: LATE },
      "grpc1.23": { go: "no event until TCP gives up", ours: LATE },
    },
    run: (context) =>
      runWatch(context, {
        begin: ({ proxy }) => proxy.set({ kind: "blackhole" }),
        end: ({ proxy }) => proxy.set({ kind: "pass" }),
        faultMs: 2_000,
      }),
  },
  {
    id: 20,
    title: "watch whose member is shut down",
    fault: "the watched member gets SIGTERM",
    expectations: {
      "grpc1.0": { go: "the event arrives [D]", ours: IN_TIME },
      "grpc1.7": { go: "the event arrives [T]", ours: IN_TIME },
      "grpc1.23": { go: "the event arrives [T]", ours: IN_TIME },
    },
    run: (context) =>
      runWatch(context, {
        begin: (member) => member.stop(),
        end: (member) => member.restart(),
        faultMs: FAULT_MS,
      }),
  },
  {
    id: 26,
    title: "puts, a watch and a lease through a rolling SIGTERM",
    fault: "each member is shut down and started again, the leader among them",
    expectations: Object.fromEntries(
      ["grpc1.0", "grpc1.7", "grpc1.23"].map((name) => [name, {
        go: "0 errors, watch and lease live [M]",
        ours: {
          failed: [0, 6],
          endsWell: true,
          watch: "during the fault",
          lease: "kept",
        },
        because:
          "a put in flight to a leader that shuts down may be left unanswered; it is not repeated",
      }]),
    ),
    run: runRollingStop,
  },
  {
    id: 43,
    title: "watch on an isolated follower, leader not required",
    fault: "the watched member's links to the other members are cut",
    expectations: {
      "grpc1.0": { go: "silent until healed [M]", ours: LATE },
      "grpc1.7": { go: "silent until healed [M]", ours: LATE },
      "grpc1.23": { go: "silent until healed [M]", ours: LATE },
    },
    run: (context) => runIsolatedWatch(context, "any member"),
  },
  {
    id: 44,
    title: "watch on an isolated follower, leader required",
    fault: "the watched member's links to the other members are cut",
    expectations: {
      "grpc1.0": {
        go: "ErrNoLeader after 3.8 s, the channel closes [M]",
        ours: LATE,
        because: "ours opens the stream again; the pin stays where it is",
      },
      "grpc1.7": {
        go: "ErrNoLeader after 3.6 s, the channel closes [T][M]",
        ours: LATE,
        because:
          "ours opens the stream again; the end of a stream blames nobody, so the pin stays",
      },
      "grpc1.23": {
        go: "ErrNoLeader after 3.1 s, the channel closes [M]",
        ours: IN_TIME,
        because: "ours opens the stream again, on the next member",
      },
    },
    run: (context) => runIsolatedWatch(context, "a leader"),
  },
  {
    id: 66,
    title: "watch through five resets",
    fault: "all connections are reset five times, with puts between",
    expectations: Object.fromEntries(
      ["grpc1.0", "grpc1.7", "grpc1.23"].map((name) => [name, {
        go: "every revision once [T]",
        ours: IN_TIME,
      }]),
    ),
    run: runResets,
  },
  {
    id: 67,
    title: "watch from now on, reset before any event",
    fault: "put, watch from now on, all connections are reset",
    expectations: Object.fromEntries(
      ["grpc1.0", "grpc1.7", "grpc1.23"].map((name) => [name, {
        go: "the put from before the watch is delivered [M]",
        ours: IN_TIME,
        because: "ours resumes one after the revision it was created at",
      }]),
    ),
    run: runFromNow,
  },
];

interface Fault {
  begin(member: Member): Promise<unknown>;
  end(member: Member): Promise<unknown>;
  readonly faultMs: number;
  readonly requireLeader?: boolean;
}

/** A watch, a fault of its member, three puts elsewhere, and the healing. */
async function runWatch(
  context: RunContext,
  { begin, end, faultMs, requireLeader = true }: Fault,
): Promise<Recording> {
  const { cluster } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  const key = `watched/${crypto.randomUUID()}`;
  await using log = await WatchLog.start(client, key, {
    requireLeader,
    timeline: context.timeline,
  });
  const target = log.member(cluster);
  await cluster.moveLeader(otherThan(target, cluster));
  await begin(target);
  recorder.fault();
  await using writer = observer(cluster, { except: target });
  const wanted: bigint[] = [];
  for (const value of ["1", "2", "3"]) {
    wanted.push((await writer.put(key, value)).header.revision);
  }
  await soon(() => log.revisions.length >= wanted.length, faultMs);
  const duringFault = log.revisions.length;
  await end(target);
  recorder.heal();
  await log.caughtUp(wanted);
  return recorder.finish({ watch: log.count(wanted, duringFault) });
}

function runIsolatedWatch(
  context: RunContext,
  needs: "a leader" | "any member",
): Promise<Recording> {
  const { cluster } = context;
  return runWatch(context, {
    begin: (member) => cluster.isolate(member),
    end: () => cluster.healPeers(),
    faultMs: FAULT_MS,
    requireLeader: needs === "a leader",
  });
}

async function runRollingStop(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  const key = `rolling/${crypto.randomUUID()}`;
  const lease = await client.lease.grant(10, { timeoutMs: 10_000 });
  await lease.keepAlive();
  await using log = await WatchLog.start(client, key, {
    timeline: context.timeline,
  });
  const wanted: bigint[] = [];
  const put = async () => {
    await recorder.call(async () => {
      const reply = await client.put(key, "x");
      wanted.push(reply.header.revision);
      return reply;
    });
    await sleep(20);
  };
  recorder.fault();
  await repeatDuring(put, async (signal) => {
    for (const member of cluster.members) {
      await member.stop();
      await member.restart();
      const before = recorder.succeeded;
      await waitFor(
        "puts after the restart",
        () => recorder.succeeded >= before + 10,
        { signal },
      );
    }
  }, context);
  await log.caughtUp(wanted);
  // Puts that failed may have been applied: their events are no repetition.
  const events = log.count(wanted, wanted.length);
  const doubtful = recorder.failed;
  const fate = lease.signal.aborted ? "lost" : "kept";
  lease.orphan();
  return recorder.finish({
    watch: {
      ...events,
      duplicates: Math.max(events.duplicates - doubtful, 0),
    },
    lease: fate,
  });
}

async function runResets(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  await using writer = observer(cluster);
  const range = `resets/${crypto.randomUUID()}/`;
  await using log = await WatchLog.start(client, prefix(range), {
    timeline: context.timeline,
  });
  const wanted: bigint[] = [];
  recorder.fault();
  for (let resets = 0; resets < 5; resets++) {
    await Promise.all(cluster.members.map(({ proxy }) => proxy.cutAll()));
    for (let made = 0; made < 20; made++) {
      const { header } = await writer.put(`${range}${made}`, "x");
      wanted.push(header.revision);
    }
  }
  await log.caughtUp(wanted);
  return recorder.finish({ watch: log.count(wanted, wanted.length) });
}

async function runFromNow(context: RunContext): Promise<Recording> {
  const { cluster } = context;
  await using client = await clientPinnedTo(await followerOf(cluster), context);
  const recorder = new Recorder(context, client);
  await using writer = observer(cluster);
  const key = `from-now/${crypto.randomUUID()}`;
  await writer.put(key, "before the watch");
  await using log = await WatchLog.start(client, key, {
    timeline: context.timeline,
  });
  await Promise.all(cluster.members.map(({ proxy }) => proxy.cutAll()));
  recorder.fault();
  const { header } = await writer.put(key, "after the reset");
  await log.caughtUp([header.revision]);
  return recorder.finish({ watch: log.count([header.revision], 1) });
}
