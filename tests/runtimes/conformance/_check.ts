/** What the checks of all runtimes share: the program's side of them. */
import { type Client, type ClientOptions, EtcdError } from "@etcdeno/client";

/** The faults and changes that the other side makes when it is asked to. */
export type Ask =
  /** Kills a member, or starts it again; done when it serves. */
  | { readonly op: "kill" | "restart"; readonly member: number }
  /** Sets the mode of the fault proxy of one member, or of all. */
  | {
    readonly op: "mode";
    readonly member: number | "all";
    readonly kind: "pass" | "reset" | "refuse" | "blackhole" | "mute";
  }
  /** Gives a member's TLS listener another certificate. */
  | {
    readonly op: "certificate";
    readonly member: number;
    readonly of: "own" | "stranger" | "other name" | "expired";
  };

/** What the program is told, as a file of JSON. */
export interface Plan {
  /** The titles of the checks to be run. */
  readonly checks: readonly string[];
  readonly transport: "http2" | "grpc-js";
  /** The fault proxies of the members, or what stands in front of them. */
  readonly endpoints: readonly string[];
  /** The members themselves. */
  readonly direct: readonly string[];
  /** Where the other side takes what is asked. */
  readonly control: string;
  /** What only a cluster of our own has. */
  readonly cluster?: {
    /** The TLS listeners, which want a certificate of the client. */
    readonly secure: readonly string[];
    readonly ca: string;
    readonly stranger: string;
    readonly cert: string;
    readonly key: string;
    /** A Unix socket, where the server takes its path. */
    readonly socket: string | undefined;
    readonly nameServer: { readonly hostname: string; readonly port: number };
    readonly domain: string;
  };
}

/** What a check has at hand. */
export interface Context extends Plan {
  /** A client of {@linkcode Plan.endpoints}. */
  client(options?: Partial<ClientOptions>): Client;
  /** A client that no fault hits. */
  undisturbed(): Client;
  /** A prefix that no other check uses. */
  fresh(): string;
  /** Has the other side do something; resolves when it is done. */
  ask(what: Ask): Promise<void>;
}

/** One check. */
export interface Check {
  readonly title: string;
  /** Whether it takes a cluster of our own, with faults. */
  readonly needs?: "cluster";
  /** Throws what is wrong. */
  run(context: Context): Promise<void>;
}

/** The program's word about a check, a line of JSON. */
export interface Told {
  readonly title: string;
  readonly ms: number;
  /** Missing if it has passed. */
  readonly error?: string;
}

/** The cluster's facts, in a check that needs them. */
export function clusterOf(
  { cluster }: Plan,
): NonNullable<Plan["cluster"]> {
  if (cluster === undefined) throw new Error("the plan has no cluster");
  return cluster;
}

/** The error of a call that has to fail. */
export async function failureOf(
  call: () => Promise<unknown>,
): Promise<EtcdError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof EtcdError) return error;
    throw error;
  }
  throw new Error("the call did not fail");
}

/** Waits until something holds. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
): Promise<void> {
  const endsAt = performance.now() + 20_000;
  while (!await holds()) {
    if (performance.now() > endsAt) throw new Error(`${what}: not in 20 s`);
    await pause(20);
  }
}

/** Resolves after so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
