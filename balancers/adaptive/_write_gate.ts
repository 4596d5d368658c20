import { UnavailableError } from "../../errors/specific_errors.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import type { PickInfo, PickResult, PoolView } from "../strategy.ts";
import type { Censuses } from "./_censuses.ts";
import type { Inquiries } from "./_inquiries.ts";
import type { Leader } from "./_leader.ts";
import { type Member, TRUSTED } from "./_member.ts";
import { isProven, type Members } from "./_members.ts";
import type { Quorum } from "./_quorum.ts";

/** The longest time a write is kept back for, in milliseconds. */
export const HOLD_MS = 5_000;
// Long enough to find out that nobody has a quorum.
const REFRESH_MS = 400;

/** The wiring of {@linkcode WriteGate}. */
export interface WriteGateSettings {
  readonly pool: PoolView;
  readonly members: Members;
  readonly quorum: Quorum;
  readonly inquiries: Inquiries;
  readonly censuses: Censuses;
  /** The leader; `undefined`: writes go to all. */
  readonly leader: Leader | undefined;
  /** The age of a proof that is old, in milliseconds; 0: none is. */
  readonly freshMs: number;
}

/** Why a write does not go now. */
export type Held = Exclude<PickResult, { action: "use" }>;

const WAIT: Held = { action: "wait" };

/**
 * Keeps writes back that might end in doubt: sent to a member that has no
 * quorum, nobody could tell whether they were applied.
 */
export class WriteGate {
  readonly #settings: WriteGateSettings;
  /** When the first of those that wait began to, and the last was told to. */
  #held: { readonly sinceMs: number; readonly lastMs: number } | undefined;
  /** When all were asked for the sake of a write. */
  #askedAtMs = -Infinity;
  #look: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor(settings: WriteGateSettings) {
    this.#settings = settings;
  }

  /** Finds the member that a write may go to now. */
  admit({ method, tried }: PickInfo): Member | Held {
    const { pool, quorum, members } = this.#settings;
    const now = pool.now();
    if (members.ring.length === 0) return WAIT;
    if (quorum.lost) return this.#hold(method, now);
    const sinceMs = this.#provenSinceMs(now);
    const leader = this.#leaderFor(tried, { now, sinceMs });
    if (leader === "wait") return this.#hold(method, now);
    const member = leader ?? members.nextProven({
      tried,
      provenSinceMs: sinceMs,
      onStale: this.#onStale,
    });
    return member === undefined
      ? this.#refresh({ method, tried }, now)
      : this.#go(member);
  }

  /** Forgets the proofs: the leader of that time may be gone. */
  renew(): void {
    for (const member of this.#settings.members.all) {
      member.provenAtMs = -Infinity;
    }
    this.#askedAtMs = -Infinity;
  }

  /** One whose turn it is has its proof by the next write. */
  readonly #onStale = (member: Member): void =>
    this.#settings.inquiries.ask(member);

  #provenSinceMs(now: number): number {
    const { freshMs, pool } = this.#settings;
    // With one endpoint there is no other way for a write.
    return freshMs === 0 || pool.connections.length === 1
      ? -Infinity
      : now - freshMs;
  }

  #leaderFor(
    tried: PickInfo["tried"],
    { now, sinceMs }: { readonly now: number; readonly sinceMs: number },
  ): Member | "wait" | undefined {
    const { leader, inquiries } = this.#settings;
    const member = leader?.forWrite(now);
    if (
      member?.trust !== TRUSTED || !member.usable ||
      tried.includes(member.connection)
    ) return undefined;
    if (isProven(member, sinceMs)) return member;
    inquiries.ask(member);
    // It is doubted soon if it does not answer.
    return member.pending ? "wait" : undefined;
  }

  /** Asks all, unless that was just done. */
  #refresh(
    { method, tried }: Pick<PickInfo, "method" | "tried">,
    now: number,
  ): Member | Held {
    const { members, inquiries, censuses, freshMs } = this.#settings;
    const agoMs = now - this.#askedAtMs;
    // It is found out just now whether anybody serves.
    if (agoMs < REFRESH_MS || censuses.running) return this.#hold(method, now);
    if (agoMs < REFRESH_MS + freshMs) {
      // They were asked, and it is not known why none has answered.
      const member = members.next(tried);
      return member === undefined ? WAIT : this.#go(member);
    }
    this.#askedAtMs = now;
    if (members.ring.some(({ judged }) => judged)) {
      for (const member of members.ring) inquiries.ask(member);
    } else censuses.hold();
    return this.#hold(method, now);
  }

  #go(member: Member): Member {
    this.#held = undefined;
    return member;
  }

  #hold(method: string, now: number): Held {
    // Of those that waited long ago nobody is left.
    const held = this.#held;
    const sinceMs = held !== undefined && now - held.lastMs < HOLD_MS
      ? held.sinceMs
      : now;
    this.#held = { sinceMs, lastMs: now };
    if (now - sinceMs >= HOLD_MS) {
      return { action: "fail", error: noQuorum(method) };
    }
    const refreshedAtMs = this.#askedAtMs + REFRESH_MS;
    const holdAtMs = sinceMs + HOLD_MS;
    this.#lookAt(refreshedAtMs > now ? refreshedAtMs : holdAtMs);
    return WAIT;
  }

  /** The picks that wait are tried again then. */
  #lookAt(atMs: number): void {
    if (this.#look?.atMs === atMs) return;
    this.#look?.cancel();
    const { pool } = this.#settings;
    const cancel = pool.schedule(atMs - pool.now(), () => {
      this.#look = undefined;
    });
    this.#look = { atMs, cancel };
  }
}

function noQuorum(method: string): Error {
  return new UnavailableError(
    `Cannot call ${method}: no member has shown a quorum for ${HOLD_MS} ms (unavailable); nothing was sent`,
    {
      code: "unavailable",
      grpcCode: GRPC_CODE.unavailable,
      method,
      retryable: true,
    },
  );
}
