import type { Client } from "../../../mod.ts";
import { sleep, type TestCluster } from "../../harness/mod.ts";
import type { Recorder } from "../recording/recorder.ts";

const PAUSE_MS = 100;
const DEADLINE_MS = 50;

/**
 * A get whose deadline is too short, though nothing is wrong: whichever member
 * it goes to, its bytes are held for 100 ms.
 */
export async function missDeadline(
  { members }: TestCluster,
  { client, recorder }: {
    readonly client: Client;
    readonly recorder: Recorder;
  },
): Promise<void> {
  const setAll = (kind: "pause" | "pass") =>
    Promise.all(members.map(({ proxy }) => proxy.set({ kind })));
  await setAll("pause");
  await recorder.call(() => client.range("late", { timeoutMs: DEADLINE_MS }));
  await sleep(PAUSE_MS - DEADLINE_MS);
  await setAll("pass");
}
