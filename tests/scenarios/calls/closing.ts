import type { Client } from "../../../mod.ts";
import { type Member, waitFor } from "../../harness/mod.ts";
import { settle, subjectClient } from "../steps/clients.ts";
import type { Expected } from "../verdict/expected.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";

const CALL_MS = 30_000;
const PROMPT_MS = 1_000;
const CLOSED = "ms until the clients were closed";
const PROMPT: Expected = {
  failed: [5, 5],
  codes: ["client_closed"],
  connections: 0,
  lastFailureMs: [0, PROMPT_MS],
  measures: { [CLOSED]: [0, PROMPT_MS] },
};

/** Section B: a client that is closed while its calls wait. */
export const CLOSING: readonly Scenario[] = [
  {
    id: 36,
    title: "close while puts, gets and a dial are blocked",
    faultClass: "nobody",
    fault:
      "of three clients' only endpoints one is blackholed, one refuses, one never answers a dial",
    expectations: {
      "grpc1.0": { go: "prompt [D]", ours: PROMPT },
      "grpc1.7": { go: "prompt [T]", ours: PROMPT },
      "grpc1.23": { go: "prompt [T]", ours: PROMPT },
    },
    run: runClose,
  },
];

async function runClose(context: RunContext): Promise<Recording> {
  const { members } = context.cluster;
  await using clients = new AsyncDisposableStack();
  const clientOf = ({ endpoint }: Member) =>
    clients.use(subjectClient(context, {
      endpoints: endpoint,
      requestTimeoutMs: CALL_MS,
    }));
  const [first, second, third] = members;
  if (!first || !second || !third) {
    throw new Error("Cannot go on without three members");
  }
  const silenced = await settle(clientOf(first));
  const refused = await settle(clientOf(second));
  const dialling = clientOf(third);
  await first.proxy.set({ kind: "blackhole" });
  await second.proxy.set({ kind: "refuse" });
  await third.proxy.set({ kind: "hang" });
  // A put sent before the reset is seen would be lost, not blocked.
  await waitFor("the reset", () => stateOf(refused) !== "ready", context);
  const recorder = new Recorder(context, silenced, refused, dialling);
  const calls = [silenced, refused].flatMap((client) => [
    recorder.call(() => client.put("#36", "x")),
    recorder.call(() => client.range("#36")),
  ]);
  calls.push(recorder.call(() => dialling.connect()));
  await waitFor("the dial", () => stateOf(dialling) === "connecting", context);
  recorder.fault();
  await clients.disposeAsync();
  const closedMs = recorder.sinceFaultMs;
  await Promise.all(calls);
  return recorder.finish({ measures: { [CLOSED]: closedMs } });
}

/** The state of a client's only connection. */
function stateOf({ balancer }: Client): string | undefined {
  return balancer.endpoints[0]?.state;
}
