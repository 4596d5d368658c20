import type { PoolView } from "../strategy.ts";
import type { Activity } from "./_activity.ts";
import { Censuses } from "./_censuses.ts";
import { History } from "./_history.ts";
import { Inquiries } from "./_inquiries.ts";
import { type Member, NEW, SUSPECT, TRUSTED, UNPROVEN } from "./_member.ts";
import type { Members } from "./_members.ts";
import { Probation } from "./_probation.ts";
import type { Quorum } from "./_quorum.ts";

// One that is trusted and has not answered a question by now is doubted, unless
// questions take as long as a rule.
const DOUBT_MS = 100;

/** The wiring of {@linkcode Standings}. */
export interface StandingsSettings {
  readonly pool: PoolView;
  readonly members: Members;
  readonly activity: Activity;
  readonly quorum: Quorum;
  /** The time that an answer may take at least, in milliseconds. */
  readonly floorMs: number;
  /** A member has come to be trusted. */
  readonly onTrusted: (member: Member) => void;
  /** The transport of one that was trusted is gone. */
  readonly onLost: (member: Member) => void;
  /** A member was ejected. */
  readonly onEjected: (member: Member) => void;
}

/** Gives trust and takes it, by what members answer. */
export class Standings {
  /** Asks those that are trusted. */
  readonly inquiries: Inquiries;
  /** Asks all when something points at one. */
  readonly censuses: Censuses;
  readonly #probation: Probation;
  readonly #settings: StandingsSettings;
  readonly #questions = new History(DOUBT_MS);

  constructor(settings: StandingsSettings) {
    this.#settings = settings;
    const findings = {
      onProven: (member: Member, tookMs: number) =>
        this.#proven(member, tookMs),
      onUnknown: (member: Member) => this.#unknown(member),
    };
    const floorMs = () => this.#floorMs;
    this.inquiries = new Inquiries(settings.pool, {
      ...findings,
      overdueMs: () => this.#questions.limitMs,
      onSilent: (member) => this.censuses.suspect(member),
    });
    this.censuses = new Censuses({
      ...settings,
      ...findings,
      floorMs,
      inquiries: this.inquiries,
      onEjected: (member) => this.#eject(member),
    });
    this.#probation = new Probation({
      ...settings,
      limitMs: floorMs,
      onProven: (member) => {
        member.answers = true;
        this.#serves(member);
      },
      onUnknown: findings.onUnknown,
      onSilent: (member) => this.#notProven(member),
    });
  }

  /** Takes over the state of a member's connection. */
  follow(member: Member): void {
    const { state, epoch } = member.connection;
    const now = state === "ready" ? epoch : 0;
    if (now === member.epoch) return;
    if (member.epoch !== 0) this.forget(member);
    member.epoch = now;
    if (now !== 0) this.#probation.begin(member);
  }

  /** The transport of a member is gone: what was found out was about that. */
  forget(member: Member): void {
    const served = member.judged;
    if (member.trust.standing !== "ejected") member.trust = NEW;
    member.provenAtMs = -Infinity;
    member.promptAtMs = -Infinity;
    member.answers = false;
    member.epoch = 0;
    this.#probation.end(member);
    this.censuses.drop(member);
    if (served) this.#settings.onLost(member);
  }

  /** The client is in use again. */
  wake(): void {
    this.#probation.wake();
  }

  /** A call on a member has shown a quorum. */
  shown(member: Member, tookMs: number): void {
    if (!this.#believes(member, tookMs)) return;
    if (tookMs <= this.#floorMs) member.promptAtMs = this.#settings.pool.now();
    this.#serves(member);
  }

  get #floorMs(): number {
    return Math.max(this.#settings.floorMs, this.#questions.limitMs);
  }

  /** A slow one is not trusted, unless there is nobody better. */
  #believes(member: Member, tookMs: number): boolean {
    return member.judged || tookMs <= this.#floorMs ||
      !this.#settings.members.ring.some(({ judged }) => judged);
  }

  #proven(member: Member, tookMs: number): void {
    member.answers = true;
    if (!this.#believes(member, tookMs)) return;
    if (tookMs <= this.#floorMs) member.promptAtMs = this.#settings.pool.now();
    if (member.judged) this.#questions.learn(tookMs);
    this.#serves(member);
  }

  #serves(member: Member): void {
    const { pool, quorum, members, onTrusted } = this.#settings;
    quorum.regain();
    member.provenAtMs = pool.now();
    // One that cannot be asked goes by its connection, whatever it has done.
    if (member.trust === TRUSTED || member.trust === UNPROVEN) return;
    const before = member.trust;
    member.trust = TRUSTED;
    if (before === SUSPECT) return;
    this.#probation.end(member);
    member.trustedAtMs = pool.now();
    members.arrange();
    onTrusted(member);
  }

  #unknown(member: Member): void {
    const { quorum, members } = this.#settings;
    // One that has answered before does know such questions.
    if (member.answers) return;
    this.#probation.end(member);
    member.trust = UNPROVEN;
    quorum.forget();
    members.arrange();
  }

  /** One that is not trusted has not answered in time. */
  #notProven(member: Member): void {
    const { pool, activity, quorum, members } = this.#settings;
    const others = members.ring.some(({ judged, trust }) =>
      judged || trust === UNPROVEN
    );
    if (!others) {
      if (!activity.asleep && !quorum.lost) this.censuses.hold();
    } else if (member.failures > 1) {
      if (member.trust === NEW) {
        member.trust = { standing: "ejected", sinceMs: pool.now() };
        members.arrange();
      }
      // What went there when there was nobody better.
      pool.vacate(member.connection);
    }
  }

  #eject(member: Member): void {
    const { pool, members, onEjected } = this.#settings;
    member.settle();
    member.trust = { standing: "ejected", sinceMs: pool.now() };
    members.arrange();
    onEjected(member);
    this.#probation.eject(member);
    pool.vacate(member.connection);
  }
}
