import type { Client, Lease } from "../../../mod.ts";
import { sleep } from "../../../testing/wait/mod.ts";
import { draw, type Load } from "./load.ts";
import type { Tally } from "./tally.ts";

const KEPT = 3;
const KEPT_TTL_SECONDS = 10;
const PASSING_TTL_SECONDS = 5;
const TIMEOUT_MS = 3_000;
const CHECK_MS = 10_000;
const NOTE_MS = 50;
const STATES_KEPT = 100;
const STATES_TOLD = 12;

/** Leases that are to live as long as the soak. */
export class KeptLeases {
  readonly #client: Client;
  readonly #tally: Tally;
  readonly #kept = new Set<Lease>();
  readonly #states: string[] = [];
  readonly #watching = setInterval(() => this.#note(), NOTE_MS);
  #ending = false;

  constructor(client: Client, tally: Tally) {
    this.#client = client;
    this.#tally = tally;
  }

  /** The number of those that live. */
  get living(): number {
    return this.#kept.size;
  }

  /** Grants what is missing. */
  async fill(): Promise<void> {
    while (this.#kept.size < KEPT) {
      const lease = await this.#client.lease.grant(KEPT_TTL_SECONDS);
      await lease.keepAlive();
      this.#kept.add(lease);
      lease.signal.addEventListener("abort", () => this.#onEnd(lease));
    }
  }

  /** The server has each of them, or its loss was told. */
  async check(): Promise<void> {
    for (const lease of [...this.#kept]) {
      const left = await this.#tally.call(
        { what: "a look at a kept lease", timeoutMs: CHECK_MS },
        () => lease.timeToLive({ timeoutMs: CHECK_MS }),
      );
      const lost = left !== undefined && left.remainingSeconds <= 0;
      if (lost && !lease.signal.aborted) {
        this.#tally.fault(`lease ${lease.id} is gone, and nobody was told`);
      }
    }
  }

  /** Revokes all of them. */
  async close(): Promise<void> {
    this.#ending = true;
    for (const lease of this.#kept) await lease.revoke();
    this.#kept.clear();
    clearInterval(this.#watching);
  }

  /** Keeps what becomes of their stream, for whoever has to find out why. */
  #note(): void {
    const [one] = this.#kept;
    if (one === undefined) return;
    const { state } = one;
    const text = `${state.kind} ${"endpoint" in state ? state.endpoint : ""}`;
    if (this.#states.at(-1)?.endsWith(text)) return;
    this.#states.push(`; ${new Date().toISOString().slice(11, 23)} ${text}`);
    if (this.#states.length > STATES_KEPT) this.#states.shift();
  }

  #onEnd(lease: Lease): void {
    if (this.#ending) return;
    this.#kept.delete(lease);
    const ttlMs = lease.ttlSeconds * 1_000;
    const silenceMs = this.#tally.longestSilenceMs(ttlMs);
    const text = `lease ${lease.id} of ${ttlMs} ms was lost when for ` +
      `${silenceMs.toFixed(0)} ms of them no write had been acknowledged: ` +
      `${lease.signal.reason}${this.#states.slice(-STATES_TOLD).join("")}`;
    // It was renewed at a third of its time: two thirds of it have to be dark.
    const explained = silenceMs >= ttlMs * 2 / 3;
    if (explained) this.#tally.counts.lostLeases.push(text);
    else this.#tally.fault(text);
  }
}

/** A lease that comes and goes, with a key. */
export async function passingLeases(load: Load): Promise<void> {
  const { client, tally, random } = load;
  const options = { timeoutMs: TIMEOUT_MS };
  const lease = await tally.call(
    { what: "a grant", ...options },
    () => client.lease.grant(PASSING_TTL_SECONDS, options),
  );
  if (lease === undefined) return;
  tally.counts.leases++;
  lease.keepAlive().catch(() => {});
  const key = `soak/l/${lease.id}`;
  await tally.call(
    { what: "a put with a lease", ...options },
    () => client.put(key, "", { lease, ...options }),
  );
  await sleep(draw(load, { least: 0, limit: 1_500 }));
  if (random() < 0.2) {
    lease.orphan();
    return;
  }
  await tally.call({
    what: "a revoke",
    ...options,
    onError: () => lease.orphan(),
  }, () => lease.revoke(options));
}
