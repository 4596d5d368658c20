import { Client, prefix } from "../../mod.ts";
import { History } from "../harness/history.ts";
import { metricOf, type TestCluster, waitFor } from "../harness/mod.ts";
import { seededRandom } from "../unit/support/_fake_clock.ts";
import { ClientProcess } from "./_child.ts";
import { Injector } from "./_injector.ts";
import { type ProcessFacts, processFacts } from "./_process_facts.ts";
import type { ClientSettings, Held } from "./_protocol.ts";
import { describe } from "./client/followers.ts";
import { WATCHED } from "./client/load.ts";
import { judgeLeaks, type QuietPoint } from "./judge.ts";
import { type SoakResult, Sums } from "./result.ts";
import { WriteJudge } from "./writes.ts";

/** How a soak is run. */
export interface SoakOptions
  extends Pick<ClientSettings, "balancer" | "transport" | "seed"> {
  readonly cluster: TestCluster;
  readonly minutes: number;
  /** Quiet points there are to be, even if it takes longer. @default {1} */
  readonly leastWindows?: number;
  /** How long load and faults last between two quiet points. */
  readonly windowMs: number;
  /** How long what is let go may take to be gone. @default {30_000} */
  readonly settleMs?: number;
  /** Takes a line for people at each quiet point. */
  readonly onLine: (line: string) => void;
  /** @default {program.ts} */
  readonly program?: URL;
}

// What is left of the leases that were let go: 5 s each, and 10 after a change
// of leader; then the longest pause before a dial.
const SETTLE_MS = 30_000;
const SETTLE_INTERVAL_MS = 500;
const OBSERVER_MS = 20_000;

/** Runs a client under faults for a time, and judges it. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  await using run = new Soak(options);
  return await run.whole();
}

class Soak implements AsyncDisposable {
  readonly #options: SoakOptions;
  readonly #child: ClientProcess;
  readonly #injector: Injector;
  readonly #observer: Client;
  readonly #writes = new WriteJudge();
  readonly #points: QuietPoint[] = [];
  readonly #sums = new Sums();
  #facts: ProcessFacts | undefined;

  constructor(options: SoakOptions) {
    const { cluster, balancer, transport, seed } = options;
    this.#options = options;
    this.#injector = new Injector(cluster, {
      random: seededRandom(seed),
      onInjected: (kind) => this.#sums.injected(kind),
    });
    // Past the proxies, and by the reference.
    this.#observer = new Client({
      endpoints: cluster.members.map(({ directEndpoint }) => directEndpoint),
      transport: "grpc-js",
      requestTimeoutMs: OBSERVER_MS,
    });
    this.#child = new ClientProcess(
      options.program ?? new URL("./program.ts", import.meta.url),
      { endpoints: cluster.endpoints, balancer, transport, seed: seed + 1 },
    );
  }

  async #windows(): Promise<void> {
    const { minutes, leastWindows = 1 } = this.#options;
    const endsAtMs = performance.now() + minutes * 60_000;
    let after = await this.#mark("0.begin");
    for (let window = 1;; window++) {
      after = await this.#window(window, after);
      if (window >= leastWindows && performance.now() >= endsAtMs) return;
    }
  }

  /** Ends the client; nothing of it is left. */
  async #end(): Promise<void> {
    const left = await this.#child.ask("end", {});
    const open = await this.#proxyConnections();
    if (left.connections + open > 0) {
      this.#sums.faults.push(
        `${open} connections are open after close(), by its own count ` +
          `${left.connections}`,
      );
    }
  }

  async whole(): Promise<SoakResult> {
    try {
      await this.#windows();
      await this.#end();
    } catch (error) {
      // A client that died, or does not answer, is a result, too.
      this.#sums.faults.push(`the soak ended early: ${error}`);
    }
    const leaks = judgeLeaks(this.#points, this.#options.balancer);
    return this.#sums.result(this.#points, leaks, {
      ...this.#options,
      etcd: this.#options.cluster.binaries.version,
      cpuSeconds: this.#facts?.cpuSeconds ?? 0,
    });
  }

  /** Load and faults, then a quiet point; resolves to its last revision. */
  async #window(window: number, after: bigint): Promise<bigint> {
    const { windowMs, onLine } = this.#options;
    await this.#child.ask("load", { window, after: String(after) });
    const log = await this.#injector.run(window, windowMs);
    await this.#child.ask("rest", {});
    const end = await this.#mark(`${window}.end`);
    const truth = await this.#truth(after, end);
    const report = await this.#child.ask("tell", { through: String(end) });
    this.#sums.add(report, truth.revisions.size);
    const untrue = this.#writes.judge(report, truth);
    this.#sums.faults.push(
      ...untrue.map((text) => `window ${window}: ${text}`),
    );
    truth.forget();
    const { point, held } = await this.#quietPoint();
    this.#points.push(point);
    onLine(`${window}: ${this.#sums.line()}; ${this.#line(point, held)}`);
    const told = [...untrue, ...report.faults];
    // Who has to find out why needs to know what happened at that time.
    if (told.length > 0) told.push(...log);
    for (const text of told) onLine(`   ${text}`);
    return end;
  }

  #line(point: QuietPoint, { connections }: Held): string {
    return `heap ${(point.heapBytes / 1024).toFixed(0)} KiB, RSS ` +
      `${(point.rssBytes / 1024 / 1024).toFixed(0)} MiB, sockets ` +
      `${point.sockets}, connections ${connections}, timers ` +
      `${point.timers} (${point.activeTimers} active), watches ` +
      `${point.serverWatches}, leases ${point.serverLeases}, CPU ` +
      `${this.#facts?.cpuSeconds.toFixed(1)} s`;
  }

  /** Writes a key that is watched; resolves to its revision. */
  async #mark(value: string): Promise<bigint> {
    return (await this.#observer.put(`${WATCHED}mark`, value)).header.revision;
  }

  /** All that etcd has after one revision, up to another. */
  async #truth(after: bigint, end: bigint): Promise<History> {
    await using watch = this.#observer.watch(prefix(WATCHED), {
      startRevision: after + 1n,
    });
    const truth = new History(watch, { describe });
    await truth.reach(end);
    return truth;
  }

  /** Measures when all has come to rest, or does not within its time. */
  async #quietPoint(): Promise<{ point: QuietPoint; held: Held }> {
    const { balancer, settleMs = SETTLE_MS } = this.#options;
    const [first] = this.#points;
    let last = await this.#measure();
    try {
      await waitFor("rest", async () => {
        last = await this.#measure();
        const { point, held } = last;
        return held.settled &&
          judgeLeaks([first ?? point, point], balancer).length === 0;
      }, { timeoutMs: settleMs, intervalMs: SETTLE_INTERVAL_MS });
    } catch {
      // What it has not got rid of by now, the verdict tells.
    }
    return last;
  }

  async #measure(): Promise<{ point: QuietPoint; held: Held }> {
    const held = await this.#child.ask("measure", {});
    this.#facts = await processFacts(this.#child.pid);
    const { heapBytes, externalBytes, timers, activeTimers } = held;
    const point = {
      sockets: this.#facts.sockets,
      connections: await this.#proxyConnections(),
      ownConnections: held.connections,
      ownWatches: held.watches,
      ownLeases: held.leases,
      serverWatches: await this.#serverWatches(),
      serverLeases: (await this.#observer.lease.list()).length,
      timers,
      activeTimers,
      heapBytes,
      externalBytes,
      rssBytes: this.#facts.rssBytes,
    };
    return { point, held };
  }

  async #proxyConnections(): Promise<number> {
    const { members } = this.#options.cluster;
    const all = await Promise.all(members.map(({ proxy }) => proxy.stats()));
    return all.reduce((sum, { open }) => sum + open, 0);
  }

  #serverWatches(): Promise<number> {
    const { members } = this.#options.cluster;
    return metricOf(members, "etcd_debugging_mvcc_watcher_total");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.close();
    await this.#observer.close();
  }
}
