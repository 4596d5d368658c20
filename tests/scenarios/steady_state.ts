import { all } from "../../mod.ts";
import { settledClient } from "./_clients.ts";
import { waitFor } from "../harness/mod.ts";
import { Recorder } from "./recorder.ts";
import type { Scenario } from "./scenario.ts";

const GETS = 670;
const CONCURRENT = 8;

/** Section H: no fault at all. */
export const STEADY_STATE: readonly Scenario[] = [
  {
    id: 93,
    title: "connections of an idle client",
    fault: "none",
    expectations: {
      "grpc1.0": { go: "3 [M]", ours: { connections: 3 } },
      "grpc1.7": { go: "1, after 3 dials [M]", ours: { connections: 1 } },
      "grpc1.23": { go: "3 [M]", ours: { connections: 3 } },
    },
    async run(context) {
      await using client = await settledClient(context);
      const recorder = new Recorder(context, client);
      // The proxies count the sockets too; both must come to one number.
      await waitFor("client and proxies counting alike", async () => {
        const stats = await Promise.all(
          context.cluster.members.map(({ proxy }) => proxy.stats()),
        );
        const open = stats.reduce((sum, { open }) => sum + open, 0);
        return open === client.balancer.connections;
      }, { signal: context.signal });
      return recorder.finish();
    },
  },
  {
    id: 94,
    title: "spread of 670 gets",
    fault: "none",
    expectations: {
      "grpc1.0": {
        go: "678/0/0 [M]",
        ours: { failed: [0, 0], spread: "one member" },
      },
      "grpc1.7": {
        go: "0/0/661 [M]",
        ours: { failed: [0, 0], spread: "one member" },
      },
      "grpc1.23": {
        go: "223/223/223 [M]",
        ours: { failed: [0, 0], spread: "even" },
      },
    },
    async run(context) {
      await using client = await settledClient(context);
      const recorder = new Recorder(context, client);
      await Promise.all(
        Array.from({ length: CONCURRENT }, async (_, worker) => {
          for (let at = worker; at < GETS; at += CONCURRENT) {
            await recorder.call(() => client.range(all(), { countOnly: true }));
          }
        }),
      );
      return recorder.finish();
    },
  },
];
