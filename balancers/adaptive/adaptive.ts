import type { RetryPolicy } from "../../errors/retry_policy.ts";
import type { CallOutcome, LateCall } from "../evidence.ts";
import type {
  BalancerFactory,
  BalancerStrategy,
  ConnectionPolicy,
  PickInfo,
  PickResult,
  PoolView,
  StrategySnapshot,
} from "../strategy.ts";
import { Activity } from "./_activity.ts";
import { HedgeBudget } from "./_hedge_budget.ts";
import { Leader } from "./_leader.ts";
import { Member, TRUSTED } from "./_member.ts";
import { Members } from "./_members.ts";
import { Methods } from "./_methods.ts";
import { Patrol } from "./_patrol.ts";
import { Quorum } from "./_quorum.ts";
import { Standings } from "./_standings.ts";
import { WriteGate } from "./_write_gate.ts";
import {
  type AdaptiveOptions,
  resolveAdaptiveOptions,
  type ResolvedAdaptiveOptions,
} from "./options.ts";

const WAIT: PickResult = { action: "wait" };

/**
 * Goes by evidence: one connection for each endpoint, and each call goes to the
 * next one that has been seen to serve.
 *
 * - A member is trusted as soon as it has answered a question that takes a
 *   quorum, and by every answer to a call that does.
 * - A call that is late, a refusal, or a question without an answer makes it
 *   suspect. All are asked the same then, and who is silent alone is ejected:
 *   what can go on elsewhere leaves it at once.
 * - It is back with the first question that it answers in time.
 * - A read that is late is sent to a second member, within a budget.
 * - A write goes to a member that has proven itself just now; while nobody has
 *   a quorum it waits, and then fails before it was sent.
 * - A member that carries something is asked now and then, unless calls are
 *   proof enough. A client at rest asks nobody.
 */
export class Adaptive implements BalancerStrategy {
  readonly name = "adaptive";
  // In an election members refuse at once, for seconds: enough attempts for a
  // read to go on until its deadline, and not so many at a time.
  readonly retry: RetryPolicy = {
    maxAttempts: 400,
    waitMs: 50,
    jitter: 0.1,
    waitBefore: "quorum",
    repeatOn: ["unavailable"],
    resendRefused: true,
    repeatOnLearner: true,
  };
  readonly connection: ConnectionPolicy = { pings: { minTimeMs: 5_000 } };
  readonly #options: ResolvedAdaptiveOptions;
  readonly #budget: HedgeBudget;
  readonly #methods: Methods;
  #pool!: PoolView;
  #members!: Members;
  #activity!: Activity;
  #quorum!: Quorum;
  #standings!: Standings;
  #patrol!: Patrol;
  #gate!: WriteGate;
  #leader: Leader | undefined;

  /**
   * Takes the options.
   *
   * @throws {InvalidOptionError} If one is not acceptable.
   */
  constructor(options: AdaptiveOptions = {}) {
    this.#options = resolveAdaptiveOptions(options);
    this.#budget = new HedgeBudget(this.#options.hedgeShare);
    this.#methods = new Methods(this.#options.lateFloorMs);
  }

  start(pool: PoolView): void {
    const { probeFloorMs, watchMs, writesToLeader } = this.#options;
    const members = new Members(pool);
    const quorum = new Quorum(pool);
    const activity = new Activity(members, () => {
      this.#standings.wake();
      this.#patrol.begin();
    });
    const leader = writesToLeader ? new Leader(pool, members) : undefined;
    const parts = { pool, members, quorum, activity, leader };
    this.#standings = new Standings({
      ...parts,
      floorMs: probeFloorMs,
      onTrusted: (member) => leader?.trusted(member),
      onLost: (member) => this.#lost(member),
      onEjected: (member) => leader?.lost(member),
    });
    const { inquiries, censuses } = this.#standings;
    this.#patrol = new Patrol({ ...parts, inquiries, watchMs });
    const { freshMs } = this.#options;
    this.#gate = new WriteGate({ ...parts, inquiries, censuses, freshMs });
    this.#pool = pool;
    this.#members = members;
    this.#quorum = quorum;
    this.#activity = activity;
    this.#leader = leader;
    this.onEndpoints();
  }

  onEndpoints(): void {
    for (const member of this.#members.sync()) this.#standings.forget(member);
    this.onState();
  }

  onState(): void {
    for (const member of this.#members.all) {
      member.connection.connect();
      this.#standings.follow(member);
    }
    this.#members.arrange();
  }

  pick(info: PickInfo): PickResult {
    this.#activity.picked();
    const { kind, tried } = info;
    if (kind !== "unary") return this.#pickStream(info);
    const method = this.#methods.of(info.method);
    const member = method.writes
      ? this.#gate.admit(info)
      : this.#members.next(tried);
    if (!(member instanceof Member)) return member ?? WAIT;
    const lateMs = method.history?.lateMs ?? Infinity;
    return { action: "use", connection: member.connection, lateMs };
  }

  onLate({ connection, epoch, repeatable }: LateCall): "wait" | "again" {
    const members = this.#members;
    const member = members.of(connection);
    if (member?.epoch !== epoch) return "wait";
    this.#standings.censuses.accuse(member);
    return repeatable && members.hasOther(member) &&
        this.#budget.spend(members.inFlight)
      ? "again"
      : "wait";
  }

  onOutcome(outcome: CallOutcome): void {
    const { connection, epoch, blame, durationMs, endedAtMs } = outcome;
    const member = this.#members.of(connection);
    if (member?.epoch !== epoch) return;
    if (blame !== "none") return this.#failed(member, outcome);
    member.usedAtMs = endedAtMs;
    this.#budget.earn();
    this.#methods.of(outcome.method).history?.learn(durationMs);
    if (!outcome.provesQuorum) return;
    if (member.trust === TRUSTED && !this.#quorum.lost) {
      member.provenAtMs = endedAtMs;
      if (durationMs <= this.#options.probeFloorMs) {
        member.promptAtMs = endedAtMs;
      }
    } else this.#standings.shown(member, durationMs);
  }

  snapshot(): StrategySnapshot {
    const now = this.#pool.now();
    const { all } = this.#members;
    return {
      pin: undefined,
      avoided: all.flatMap(({ connection: { endpoint }, trust }) =>
        trust.standing === "ejected"
          ? [{ endpoint, ageMs: now - trust.sinceMs }]
          : []
      ),
      trust: all.map(({ connection: { endpoint }, trust: { standing } }) => ({
        endpoint,
        standing,
      })),
    };
  }

  close(): void {
    this.#members.clear();
  }

  #pickStream({ tried }: PickInfo): PickResult {
    const member = this.#members.next(tried);
    if (member === undefined) return WAIT;
    const now = this.#pool.now();
    member.usedAtMs = now;
    // It is to be known soon whether it is worth to wait for its messages.
    const { watchMs } = this.#options;
    if (now - member.provenAtMs > watchMs) {
      this.#standings.inquiries.ask(member);
    }
    this.#patrol.hasten();
    return { action: "use", connection: member.connection };
  }

  #failed(member: Member, outcome: CallOutcome): void {
    const { censuses, inquiries } = this.#standings;
    const { blame, timedOut, durationMs, endedAtMs, method } = outcome;
    switch (blame) {
      case "cluster":
        this.#quorum.unsettle();
        this.#leader?.forget();
        return censuses.accuse(member);
      case "learner":
        return censuses.accuse(member);
      case "member": {
        const long = this.#methods.of(method).history === undefined;
        if (!timedOut && !long) return censuses.accuse(member);
        // The deadline may have been too short, and a proxy may end what waits
        // for long. That is no evidence, and may be a reason to ask.
        if (member.provenAtMs < endedAtMs - durationMs) inquiries.ask(member);
      }
    }
  }

  #lost(member: Member): void {
    this.#leader?.lost(member);
    // It may have led: what the others have proven was with it.
    this.#quorum.unsettle();
    this.#gate.renew();
  }
}

/**
 * The strategy that goes by evidence, for the client's `balancer` option; by
 * its name, `"adaptive"`, with the defaults.
 *
 * @throws {InvalidOptionError} If an option is out of its range.
 */
export function adaptive(options: AdaptiveOptions = {}): BalancerFactory {
  const resolved = resolveAdaptiveOptions(options);
  return () => new Adaptive(resolved);
}
