import { clientPinnedTo, followerOf } from "./_clients.ts";
import { soon } from "./_soon.ts";
import { Recorder } from "./recorder.ts";
import type { Recording } from "./recording.ts";
import type { RunContext, Scenario } from "./scenario.ts";

/** The rows of all sections that concern leases. */
export const LEASES: readonly Scenario[] = [
  {
    id: 11,
    title: "lease of 3 s on a blackholed endpoint, without pings",
    fault: "the pin's connections stay open, bytes are discarded",
    expectations: {
      "grpc1.0": { go: "lost [M]", ours: { lease: "lost" } },
      "grpc1.7": { go: "lost [M]", ours: { lease: "lost" } },
      "grpc1.23": {
        go: "lost [M]",
        ours: { lease: "kept" },
        because:
          "a stream that leaves a renewal unanswered is replaced, and the next one is on the next member",
      },
    },
    run: runLease,
  },
];

async function runLease(context: RunContext): Promise<Recording> {
  const target = await followerOf(context.cluster);
  await using client = await clientPinnedTo(target, context);
  const recorder = new Recorder(context, client);
  const lease = await client.lease.grant(3, { timeoutMs: 10_000 });
  await lease.keepAlive();
  await target.proxy.set({ kind: "blackhole" });
  recorder.fault();
  await soon(() => lease.signal.aborted, 5_000);
  const fate = lease.signal.aborted ? "lost" : "kept";
  lease.orphan();
  return recorder.finish({ lease: fate });
}
