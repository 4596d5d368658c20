import { Client } from "../../mod.ts";
import type { TestCluster } from "../../tests/harness/mod.ts";
import { startBenchCluster } from "../cluster/mod.ts";
import { type Command, goProgram, ownCommand } from "../programs/mod.ts";
import { runToEnd } from "../rounds/mod.ts";

/** Very many of something on one client. */
export interface ScaleMeasured {
  /** The client: ours over a transport, or Go's. */
  readonly client: string;
  readonly title: string;
  readonly count: number;
  readonly seconds: number;
  /** CPU time of the process meanwhile. */
  readonly cpuSeconds: number;
  /** Memory of the process before, and the most while it ran. */
  readonly beforeMiB: number;
  readonly peakMiB: number;
  /** A remark besides the figures. */
  readonly remark: string;
}

// Each at a tenth too, to tell how it grows.
const STEPS: readonly {
  readonly kind: "watchers" | "cut" | "leases" | "list" | "snapshot";
  readonly title: string;
  readonly counts: readonly number[];
}[] = [
  { kind: "watchers", title: "watchers", counts: [10_000, 100_000] },
  {
    kind: "cut",
    title: "watchers live again after a cut",
    counts: [10_000, 100_000],
  },
  { kind: "leases", title: "leases kept alive", counts: [1_000, 10_000] },
  { kind: "list", title: "keys listed", counts: [200_000, 2_000_000] },
  { kind: "snapshot", title: "MiB of a snapshot", counts: [10, 100] },
];
const GO_KINDS: ReadonlySet<string> = new Set(["watchers", "list"]);
const PROGRAM = new URL("./main.ts", import.meta.url);
const LOADED_AT_ONCE = 10_000;
const VALUE = new TextEncoder().encode("v".repeat(64));
const MIB = 1_024 ** 2;
const PIECES_PER_MIB = 4;

/** A client that does a step, if it can. */
interface ScaleClient {
  readonly name: string;
  command(step: {
    readonly kind: string;
    readonly count: number;
    readonly endpoint: string;
    /** The page that cuts the connections of the client when asked for. */
    readonly cut: string;
  }): Command | undefined;
}

/**
 * Very many watchers, leases and keys on one client, each in a process; what
 * Go's client can be asked for as well, by that one too.
 */
export async function measureScale(
  cluster: TestCluster,
  { transport, onProgress }: {
    readonly transport: string;
    readonly onProgress: (line: string) => void;
  },
): Promise<readonly ScaleMeasured[]> {
  const [member] = cluster.members;
  if (member === undefined) throw new Error("Cannot bench: no member");
  const direct = new URL(member.directEndpoint).host;
  const clients = [ownClient(transport), ...await goClient()];
  await using cutter = serveCuts(() => member.proxy.cutAll());
  const measured: ScaleMeasured[] = [];
  for (const { kind, title, counts } of STEPS) {
    for (const count of counts) {
      await using own = kind === "snapshot" ? await fresh(count) : undefined;
      if (kind === "list") await load(direct, count);
      // Through the proxy only what is to be cut: it has a cost of its own.
      const endpoint = own?.endpoint ??
        (kind === "cut" ? new URL(member.endpoint).host : direct);
      for (const { name, command } of clients) {
        const run = command({ kind, count, endpoint, cut: cutter.url });
        if (run === undefined) continue;
        onProgress(`${count} ${title}, ${name}`);
        const { output, peakMiB = NaN } = await runToEnd(run);
        const taken = JSON.parse(output);
        measured.push({ title, client: name, count, peakMiB, ...taken });
      }
    }
  }
  return measured;
}

function ownClient(transport: string): ScaleClient {
  return {
    name: transport,
    command: ({ kind, count, endpoint, cut }) =>
      ownCommand(PROGRAM, {
        EP: endpoint,
        KIND: kind,
        N: String(count),
        CUT: cut,
        TRANSPORT: transport,
      }),
  };
}

/** Go's client, where Go is. */
async function goClient(): Promise<readonly ScaleClient[]> {
  const command = await goProgram.prepare();
  if ("missing" in command) return [];
  return [{
    name: "Go",
    command: ({ kind, count, endpoint }) =>
      GO_KINDS.has(kind)
        ? command({
          operation: { name: kind, title: kind, inFlight: [1], count },
          count,
          inFlight: 1,
          endpoints: [endpoint],
        })
        : undefined,
  }];
}

/** Serves a page that cuts connections when a request for it comes. */
function serveCuts(
  cut: () => Promise<unknown>,
): AsyncDisposable & { readonly url: string } {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async () => {
      await cut();
      return new Response();
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Writes the keys of a list, each list below a prefix of its own. */
async function load(endpoint: string, count: number): Promise<void> {
  await using client = new Client({ endpoints: endpoint, batch: "all" });
  for (let from = 0; from < count; from += LOADED_AT_ONCE) {
    await Promise.all(
      Array.from(
        { length: LOADED_AT_ONCE },
        (_, at) =>
          client.put(
            `bench/list${count}/${String(from + at).padStart(8, "0")}`,
            VALUE,
          ),
      ),
    );
  }
}

/** A member of its own, whose database has so many MiB. */
async function fresh(
  mib: number,
): Promise<AsyncDisposable & { readonly endpoint: string }> {
  const { cluster, endpoints: [endpoint = ""] } = await startBenchCluster({
    members: 1,
  });
  const value = new Uint8Array(MIB / PIECES_PER_MIB);
  await using client = new Client({ endpoints: endpoint });
  for (let at = 0; at < mib * PIECES_PER_MIB; at++) {
    await client.put(`bench/snapshot/${at}`, value);
  }
  return {
    endpoint,
    [Symbol.asyncDispose]: () => cluster.close(),
  };
}
