import type { PoolView } from "../strategy.ts";
import type { Activity } from "./_activity.ts";
import { Census, type CensusEnd } from "./_census.ts";
import type { Findings, Inquiries } from "./_inquiries.ts";
import { type Member, SUSPECT, TRUSTED, UNPROVEN } from "./_member.ts";
import type { Members } from "./_members.ts";
import type { Quorum } from "./_quorum.ts";

type State =
  | { readonly name: "quiet" }
  | { readonly name: "running"; readonly census: Census }
  // One has just shown that nothing is wrong.
  | { readonly name: "resting"; readonly untilMs: number };

const QUIET: State = { name: "quiet" };

// What others take 4 times as long for is a fault. That is bounded: where all
// are slow, one that is a little slower is told soon enough.
const GRACE = { times: 3, mostMs: 750 };
// Late calls that are no fault come in crowds, as with long ranges. For one
// that has just shown that it serves, they are no reason to ask again.
const REST_MS = { least: 250, most: 4_000 };
// One that comes so long after the last does not add to it.
const CALM_MS = 10_000;
// While nobody answers: a leader that is elected meanwhile answers those who
// ask again, and whoever does first is to be found soon.
const PATIENCE_MS = { least: 500, most: 2_000 };
const ROUND_MS = { least: 100, most: 1_000, jitter: 0.2 };
const ROUND_MULTIPLIER = 1.5;

/** The wiring of {@linkcode Censuses}. */
export interface CensusesSettings
  extends Pick<Findings, "onProven" | "onUnknown"> {
  readonly pool: PoolView;
  readonly members: Members;
  readonly activity: Activity;
  readonly quorum: Quorum;
  readonly inquiries: Inquiries;
  /** The time that an answer may take at least. */
  readonly floorMs: () => number;
  /** A member was silent while others served. */
  readonly onEjected: (member: Member) => void;
}

/** Holds a census when something points at a member. */
export class Censuses {
  readonly #settings: CensusesSettings;
  #state: State = QUIET;
  #restMs = 0;
  #restedAtMs = -Infinity;
  #cancelRound: () => void = () => {};

  constructor(settings: CensusesSettings) {
    this.#settings = settings;
  }

  /** Whether one is under way. */
  get running(): boolean {
    return this.#state.name === "running";
  }

  /** A call on a member is late, or was refused. */
  accuse(member: Member): void {
    if (!member.judged) return;
    const { pool, inquiries } = this.#settings;
    const now = pool.now();
    const resting = this.#state.name === "resting" && now < this.#state.untilMs;
    if (!resting) return this.suspect(member);
    // The last one came to nothing: the member alone is asked.
    if (now - member.provenAtMs > REST_MS.least) inquiries.ask(member);
  }

  /** A member has not answered a question. */
  suspect(member: Member): void {
    if (!member.judged) return;
    if (this.#state.name !== "running") {
      member.trust = SUSPECT;
      this.hold();
    } else if (this.#state.census.includes(member)) member.trust = SUSPECT;
  }

  /** The transport of a member is gone. */
  drop(member: Member): void {
    if (this.#state.name === "running") this.#state.census.drop(member);
  }

  /** Asks all that are connected, unless they are being asked. */
  hold(): void {
    if (this.#state.name === "running") return;
    const { pool, members, quorum, floorMs } = this.#settings;
    const asked = members.all.filter(({ usable, trust }) =>
      usable && trust !== UNPROVEN
    );
    if (asked.length === 0) return this.#clear();
    const { least, most } = PATIENCE_MS;
    const silenceMs = floorMs();
    const waitMs = Math.min(least * ROUND_MULTIPLIER ** quorum.rounds, most);
    const census = new Census(pool, {
      ...this.#settings,
      members: asked,
      silenceMs,
      patienceMs: Math.max(waitMs, 2 * silenceMs),
      limitMs: (slowestMs) => this.#limitMs(slowestMs),
      onSilence: () => this.#silence(),
      onEnd: (end) => this.#ended(end),
    });
    this.#state = { name: "running", census };
  }

  #limitMs(slowestMs: number): number {
    const { floorMs, quorum } = this.#settings;
    const { times, mostMs } = GRACE;
    const grace = quorum.unsettled
      ? mostMs
      : Math.min(times * slowestMs, mostMs);
    return Math.max(floorMs(), slowestMs + grace);
  }

  #silence(): void {
    const { members, quorum } = this.#settings;
    // One that cannot be asked may well have one.
    if (members.ring.some(({ trust }) => trust === UNPROVEN)) return;
    quorum.lose();
    // Writes go on with whoever is the first to prove itself.
    for (const member of members.all) member.provenAtMs = -Infinity;
  }

  #ended(end: CensusEnd): void {
    this.#state = QUIET;
    this.#clear();
    if (end.kind === "inconclusive") return this.#endRound();
    const { members, onEjected } = this.#settings;
    let ejected = 0;
    for (const member of end.silent) {
      const others = members.ring.some((one) =>
        one !== member && !end.silent.includes(one) && one.usable
      );
      // Whoever has answered may be gone by now.
      if (!others) continue;
      onEjected(member);
      ejected++;
    }
    if (ejected > 0) this.#restMs = 0;
    else this.#rest();
  }

  #rest(): void {
    const now = this.#settings.pool.now();
    const { least, most } = REST_MS;
    const calm = now - this.#restedAtMs > CALM_MS;
    this.#restMs = calm || this.#restMs === 0
      ? least
      : Math.min(2 * this.#restMs, most);
    this.#restedAtMs = now + this.#restMs;
    this.#state = { name: "resting", untilMs: now + this.#restMs };
  }

  /** Asks again while somebody wants to know. */
  #endRound(): void {
    const { pool, quorum, activity } = this.#settings;
    const { least, most, jitter } = ROUND_MS;
    const ms = Math.min(least * ROUND_MULTIPLIER ** quorum.rounds, most);
    const mark = activity.mark;
    this.#state = { name: "resting", untilMs: pool.now() + ms };
    if (!quorum.lost) return;
    quorum.addRound();
    const spread = 1 - jitter + 2 * jitter * pool.random();
    this.#cancelRound();
    this.#cancelRound = pool.schedule(ms * spread, () => {
      if (!quorum.lost) return;
      // With nobody who waits, the patrol asks those that carry streams.
      if (activity.mark === mark) quorum.forget();
      else this.hold();
    });
  }

  #clear(): void {
    for (const member of this.#settings.members.all) {
      if (member.trust === SUSPECT) member.trust = TRUSTED;
    }
  }
}
