import type { Member, TestCluster } from "../../../testing/mod.ts";
import { sleep } from "../../../testing/wait/mod.ts";

const KINDS = [
  "cut",
  "cut all",
  "refuse",
  "blackhole",
  "pause",
  "throttle",
  "freeze",
  "kill",
  "stop",
  "isolate",
] as const;

/** What befalls one member, or its clients' connections, for a while. */
export interface PlannedFault {
  readonly kind: typeof KINDS[number];
  /** Which member, counted from 0; `cut all` befalls every one. */
  readonly target: number;
  /** How long it lasts, in milliseconds. */
  readonly durationMs: number;
  /** How long all is well afterwards, in milliseconds. */
  readonly pauseMs: number;
}

/**
 * Draws faults without an end, one after another. Every kind comes before any
 * comes again, in an order that is drawn.
 *
 * @param random Gives numbers from 0 up to 1; seeded, the faults are the same.
 */
export function* drawFaults(
  random: () => number,
  members: number,
): Generator<PlannedFault, never> {
  const below = (limit: number) => Math.floor(random() * limit);
  for (;;) {
    const left = [...KINDS];
    while (left.length > 0) {
      const [kind = "cut"] = left.splice(below(left.length), 1);
      yield {
        kind,
        target: below(members),
        durationMs: 200 + below(2_300),
        pauseMs: below(700),
      };
    }
  }
}

/** Injects one fault and undoes it. */
export async function injectFault(
  cluster: TestCluster,
  fault: PlannedFault,
): Promise<void> {
  const member = cluster.members[fault.target];
  if (member === undefined) {
    throw new RangeError(
      `Cannot inject a fault as there is no member ${fault.target}`,
    );
  }
  const undo = await begin(cluster, member, fault.kind);
  await sleep(fault.durationMs);
  await undo();
  await sleep(fault.pauseMs);
}

async function begin(
  cluster: TestCluster,
  member: Member,
  kind: PlannedFault["kind"],
): Promise<() => Promise<void>> {
  const { proxy } = member;
  const pass = () => proxy.set({ kind: "pass" });
  switch (kind) {
    case "cut":
      await proxy.cutAll();
      return () => Promise.resolve();
    case "cut all":
      await Promise.all(cluster.members.map((one) => one.proxy.cutAll()));
      return () => Promise.resolve();
    case "refuse":
    case "blackhole":
    case "pause":
      await proxy.set({ kind });
      return pass;
    case "throttle":
      await proxy.set({ kind, bytesPerSecond: 50_000 });
      return pass;
    case "freeze":
      await member.freeze();
      return () => member.thaw();
    case "kill":
      await member.kill();
      return () => member.restart();
    case "stop":
      await member.stop();
      return () => member.restart();
    case "isolate":
      await cluster.isolate(member);
      return () => cluster.heal();
  }
}
