import { getHeapSpaceStatistics } from "node:v8";
import { Client } from "../../../mod.ts";
import { sleep, waitFor } from "../../../testing/wait/mod.ts";
import { seededRandom } from "../../unit/support/_fake_clock.ts";
import type { ClientSettings, Held, WindowReport } from "../_protocol.ts";
import { countActiveTimers, countTimers } from "./_timers.ts";
import {
  abortedCalls,
  batches,
  reads,
  secondClients,
  shortCalls,
  writes,
} from "./calls.ts";
import { Followers } from "./followers.ts";
import { KeptLeases, passingLeases } from "./leases.ts";
import { type Load, pace } from "./load.ts";
import { locks } from "./locks.ts";
import { Tally } from "./tally.ts";

/** The load: light enough for three soaks on two processors. */
const PACES: readonly Parameters<typeof pace>[1][] = [
  { everyMs: 30, atMost: 40, task: writes },
  { everyMs: 30, atMost: 40, task: reads },
  { everyMs: 1_000, atMost: 3, task: batches },
  { everyMs: 200, atMost: 20, task: shortCalls },
  { everyMs: 200, atMost: 20, task: abortedCalls },
  { everyMs: 2_500, atMost: 4, task: secondClients },
  { everyMs: 1_000, atMost: 10, task: passingLeases },
  { everyMs: 500, atMost: 3, task: locks },
];

// Longer than any call has, and a session's close.
const END_MS = 60_000;

/** What of the heap holds objects: the compiler's part grows for long. */
function objectBytes(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name: name }) => !/^(code|trusted|read_only)/.test(name))
    .reduce((sum, { space_used_size: bytes }) => sum + bytes, 0);
}

/** The client under test, and what it has to do. */
export class Subject {
  readonly client: Client;
  readonly #settings: ClientSettings;
  readonly #tally = new Tally();
  readonly #followers: Followers;
  readonly #leases: KeptLeases;
  readonly #random: () => number;
  #stop = new AbortController();
  #ended = true;

  constructor(settings: ClientSettings) {
    const { endpoints, balancer, transport, seed } = settings;
    this.#settings = settings;
    this.client = new Client({
      endpoints,
      balancer,
      transport,
      dialTimeoutMs: 1_000,
    });
    this.#followers = new Followers(this.client, this.#tally);
    this.#leases = new KeptLeases(this.client, this.#tally);
    this.#random = seededRandom(seed);
    addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      this.#tally.fault(`an unhandled rejection: ${event.reason}`);
    });
    addEventListener("error", (event) => {
      event.preventDefault();
      this.#tally.fault(`an uncaught error: ${event.error}`);
    });
  }

  /** Begins a window. */
  async load(
    { window, after }: { readonly window: number; readonly after: string },
  ): Promise<void> {
    this.#followers.begin(BigInt(after));
    await this.#leases.fill();
    this.#stop = new AbortController();
    let tokens = 0;
    const load: Load = {
      client: this.client,
      settings: this.#settings,
      tally: this.#tally,
      random: this.#random,
      signal: this.#stop.signal,
      token: () => `${window}.${++tokens}`,
    };
    this.#ended = false;
    const visits = (load: Load) => this.#followers.visit(load);
    const paces = [...PACES, { everyMs: 700, atMost: 10, task: visits }];
    Promise.all(paces.map((each) => pace(load, each)))
      .then(() => this.#ended = true);
  }

  /** Ends the load; what came and went is closed. */
  async rest(): Promise<void> {
    this.#stop.abort();
    try {
      await waitFor("the end of the load", () => this.#ended, {
        timeoutMs: END_MS,
      });
    } catch {
      this.#tally.fault(`the load has not ended after ${END_MS} ms`);
    }
    await this.#tally.settle();
  }

  /** Tells of the window. */
  async tell(
    { through }: { readonly through: string },
  ): Promise<WindowReport> {
    const revisions = await this.#followers.judge(BigInt(through));
    await this.#leases.check();
    await this.#leases.fill();
    return { ...this.#tally.take(), revisions };
  }

  /** What is held after a collection. */
  async measure(): Promise<Held> {
    for (let round = 0; round < 4; round++) {
      // What is told later, such as an end, holds things until then.
      await sleep(50);
      (globalThis as typeof globalThis & { gc(): void }).gc();
    }
    const { connections, endpoints } = this.client.balancer;
    return {
      heapBytes: objectBytes(),
      externalBytes: Deno.memoryUsage().external,
      timers: countTimers(),
      activeTimers: countActiveTimers(),
      connections,
      settled: endpoints.every(({ state, inFlight }) =>
        state === "ready" || state === "idle" && inFlight === 0
      ),
      leases: this.#leases.living,
      watches: this.#followers.staying,
    };
  }

  /** Closes all, and tells what is left. */
  async end(): Promise<Held> {
    await this.#followers.close();
    await this.#leases.close();
    await this.client.close();
    this.#tally.close();
    return await this.measure();
  }
}
