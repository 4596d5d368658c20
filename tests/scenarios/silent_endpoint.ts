import type { Client } from "../../mod.ts";
import { clientPinnedTo, followerOf } from "./_clients.ts";
import { loop } from "./_loop.ts";
import type { Reply } from "./recorder.ts";
import type { Recording } from "./recording.ts";
import type { Expectation, RunContext, Scenario } from "./scenario.ts";

const SILENT: Readonly<Record<string, Expectation>> = {
  "grpc1.0": {
    go: "every call fails for as long as the fault lasts [M]",
    ours: { failed: "all" },
  },
  "grpc1.7": {
    go: "one fails, the second call is served [T][M]",
    ours: { failed: [1, 1], endsWell: true },
  },
  "grpc1.23": {
    go: "every third fails for as long as the fault lasts [M]",
    ours: { failed: "every third" },
  },
};

async function runSilent(
  context: RunContext,
  call: (client: Client) => Promise<Reply>,
): Promise<Recording> {
  const target = await followerOf(context.cluster);
  await using client = await clientPinnedTo(target, context);
  await target.proxy.set({ kind: "blackhole" });
  return await loop(client, context, () => call(client));
}

/** Section A: an endpoint that takes bytes and never answers. */
export const SILENT_ENDPOINT: readonly Scenario[] = [
  {
    id: 1,
    title: "put on a blackholed endpoint",
    fault: "its connections stay open, every byte is discarded",
    expectations: SILENT,
    run: (context) => runSilent(context, (client) => client.put("#1", "x")),
  },
  {
    id: 4,
    title: "linearizable get on a blackholed endpoint",
    fault: "its connections stay open, every byte is discarded",
    expectations: SILENT,
    run: (context) => runSilent(context, (client) => client.range("#4")),
  },
];
