import type { BalancerFactory, BalancerName } from "../../mod.ts";
import type { TransportName } from "./transports.ts";
import type { FaultClass } from "./fault_class.ts";
import type { TestCluster } from "../harness/mod.ts";
import type { Expected } from "./verdict/expected.ts";
import type { Recording } from "./recording/recording.ts";
import type { Timeline } from "./recording/timeline.ts";

/** A strategy under test, by the name its cells are judged under. */
export interface Subject {
  /** The name, which chooses the expectation. */
  readonly name: string;
  /** What is given to the client. */
  readonly balancer: BalancerName | BalancerFactory;
  /** What carries its calls. @default {That of a client} */
  readonly transport?: TransportName;
}

/** What a scenario is run with. */
export interface RunContext {
  /** Three members without any fault, and one leader. */
  readonly cluster: TestCluster;
  /** The strategy under test. */
  readonly subject: Subject;
  /** The timeout of each call, in milliseconds. */
  readonly callTimeoutMs: number;
  /** Takes what happens besides the calls. */
  readonly timeline: Timeline;
  /** Ends the run. */
  readonly signal?: AbortSignal | undefined;
}

/** What is expected of one strategy in one scenario. */
export interface Expectation {
  /** What Go's client of that generation does, and how that is known. */
  readonly go: string;
  /** What ours must do: the verdict is by this. */
  readonly ours: Expected;
  /** Why ours differs from Go's, where it does. */
  readonly because?: string;
  /**
   * What ours must do over one transport, and why that differs from what it
   * must do over others. Each is one that somebody has looked into.
   */
  readonly over?: Readonly<
    Partial<
      Record<
        TransportName,
        { readonly ours: Expected; readonly because: string }
      >
    >
  >;
}

/** One fault, and what the strategies are expected to make of it. */
export interface Scenario {
  /** Its permanent number in the catalogue. */
  readonly id: number;
  /** What is called, and under which fault. */
  readonly title: string;
  /** The class of the fault, by which reports sum up. */
  readonly faultClass: FaultClass;
  /** What is done to the cluster. */
  readonly fault: string;
  /** The oldest server that has what it needs. @default {any} */
  readonly etcd?: { readonly atLeast: string };
  /**
   * How long it takes besides calls that time out, where that is over 2 s.
   * The short run leaves out what takes more than 3 s.
   */
  readonly seconds?: number;
  /** What is expected, by the name of the subject. */
  readonly expectations: Readonly<Record<string, Expectation>>;
  /** Runs it; the faults it makes are undone by whoever called. */
  run(context: RunContext): Promise<Recording>;
}

/** `#37 put on an isolated follower`, as tests and reports call it. */
export function scenarioName({ id, title }: Scenario): string {
  return `#${id} ${title}`;
}
