// A client and its members on a clock that a test moves: the members answer as
// they are told to, the client calls as the real one does.
import {
  Adaptive,
  type AdaptiveOptions,
} from "../../../../balancers/adaptive/mod.ts";
import type { SubConnection } from "../../../../balancers/sub_connection.ts";
import { seededRandom } from "../../support/_fake_clock.ts";
import { type FakeInquiry, FakePool } from "../_fake_pool.ts";
import { type Call, type Load, reads, type Run, type Tally } from "./_calls.ts";
import { type Behaviour, fast, type Reply } from "./_behaviours.ts";

type End = "answered" | "failed";

const LOOK_MS = 25;
const POLL_MS = 1;

/** One client under load. */
export class Simulation {
  readonly pool: FakePool;
  readonly tally: Tally = {
    calls: 0,
    failed: 0,
    inDoubt: 0,
    longestMs: 0,
    hedges: 0,
    attempts: new Map(),
  };
  /** When each was ejected. */
  readonly ejections: { readonly endpoint: string; readonly atMs: number }[] =
    [];
  readonly behaviours: Map<string, Behaviour>;
  readonly #random: () => number;
  readonly #running = new Set<Run>();

  constructor(
    behaviours: Readonly<Record<string, Behaviour>>,
    options: AdaptiveOptions & { readonly seed?: number } = {},
  ) {
    const { seed = 1, ...own } = options;
    this.#random = seededRandom(seed);
    this.behaviours = new Map(Object.entries(behaviours));
    const names = Object.keys(behaviours).join("");
    this.pool = new FakePool(new Adaptive(own), names, {
      random: this.#random,
      onAsk: (inquiry) => this.#asked(inquiry),
    });
    this.pool.vacate = (connection) => this.#vacate(connection);
    this.pool.up(...names);
    this.pool.clock.advance(100);
  }

  /** Callers that each make one call after another, until a time. */
  run(callers: number, load: Load & { readonly untilMs: number }): void {
    for (let at = 0; at < callers; at++) this.#next(load, load.untilMs);
  }

  /** A stream that lives on a connection, and moves when it is vacated. */
  openStream(): { endpoint: string } {
    const stream = { endpoint: "" };
    this.#streams.push(stream);
    this.#place(stream);
    return stream;
  }
  readonly #streams: { endpoint: string }[] = [];

  /** The questions put since a time. */
  askedSince(atMs: number): number {
    return this.pool.inquiries.filter(({ askedAtMs }) => askedAtMs >= atMs)
      .length;
  }

  #place(stream: { endpoint: string }): void {
    stream.endpoint = this.pool.pick({ kind: "stream", method: "Watch.Watch" });
    this.pool.at(stream.endpoint).inFlight++;
  }

  #reply(connection: SubConnection): Reply {
    const behave = this.behaviours.get(connection.endpoint) ?? fast;
    return behave(this.pool.now(), this.#random());
  }

  #asked(inquiry: FakeInquiry): void {
    const { clock } = this.pool;
    const reply = this.#reply(inquiry.connection);
    const now = clock.now();
    const atMs = reply === "never" ? Infinity : reply.atMs;
    const cut = atMs - now > inquiry.timeoutMs;
    const answer = reply === "never" || cut ? "no" : reply.answer;
    const afterMs = cut ? inquiry.timeoutMs : atMs - now;
    clock.schedule(afterMs, () => inquiry.answer(answer));
  }

  #vacate(connection: SubConnection): void {
    const { endpoint } = connection;
    const { avoided } = this.pool.strategy.snapshot();
    // One that is ejected already is left again now and then.
    if (avoided.some((one) => one.endpoint === endpoint && one.ageMs === 0)) {
      this.ejections.push({ endpoint, atMs: this.pool.now() });
    }
    this.pool.clock.schedule(0, () => {
      for (const run of [...this.#running]) {
        if (run.connection !== connection || !reads(run.call)) continue;
        this.#endRun(run);
        if (run.call.runs.size === 0) this.#attempt(run.call);
      }
      for (const stream of this.#streams) {
        if (stream.endpoint !== endpoint) continue;
        this.pool.at(endpoint).inFlight--;
        this.#place(stream);
      }
    });
  }

  #next(load: Load, untilMs: number): void {
    const { clock } = this.pool;
    if (clock.now() >= untilMs) return;
    const call: Call = {
      load,
      beganAtMs: clock.now(),
      runs: new Set(),
      tried: [],
      sent: false,
      done: false,
    };
    this.tally.calls++;
    const end = (how: End) => {
      if (call.done) return;
      call.done = true;
      const tookMs = clock.now() - call.beganAtMs;
      this.tally.longestMs = Math.max(this.tally.longestMs, tookMs);
      if (how === "failed") this.tally.failed++;
      if (how === "failed" && call.sent && !reads(call)) this.tally.inDoubt++;
      for (const run of [...call.runs]) this.#endRun(run);
      const pauseMs = load.pauseMs ?? 2;
      clock.schedule(pauseMs, () => this.#next(load, untilMs));
    };
    this.#ends.set(call, end);
    clock.schedule(load.deadlineMs, () => {
      if (call.done) return;
      const runs = [...call.runs];
      end("failed");
      for (const run of runs) this.#outcome(run, "member");
    });
    this.#attempt(call);
  }
  readonly #ends = new WeakMap<Call, (how: End) => void>();

  #attempt(call: Call, what: "first" | "hedge" = "first"): void {
    if (call.done) return;
    const { pool } = this;
    const result = pool.strategy.pick({
      kind: "unary",
      method: call.load.method,
      attempt: call.tried.length + 1,
      tried: call.tried,
    });
    if (result.action === "fail") return this.#ends.get(call)?.("failed");
    if (result.action === "wait") {
      pool.clock.schedule(POLL_MS, () => this.#attempt(call));
      return;
    }
    const { connection, lateMs } = result;
    if (what === "hedge" && call.tried.includes(connection)) return;
    this.#send(call, connection);
    if (what === "first" && lateMs !== undefined && lateMs < Infinity) {
      this.#watch(call, lateMs);
    }
  }

  #send(call: Call, connection: SubConnection): void {
    const { pool } = this;
    const beganAtMs = pool.now();
    const { epoch, endpoint } = connection;
    const run: Run = { connection, epoch, beganAtMs, call };
    call.runs.add(run);
    call.sent = true;
    this.#running.add(run);
    pool.at(endpoint).inFlight++;
    const { attempts } = this.tally;
    attempts.set(endpoint, (attempts.get(endpoint) ?? 0) + 1);
    const reply = this.#reply(connection);
    if (reply === "never") return;
    pool.clock.schedule(reply.atMs - beganAtMs, () => {
      if (call.done || !call.runs.has(run)) return;
      if (reply.answer === "yes") {
        this.#ends.get(call)?.("answered");
        return this.#outcome(run, "none");
      }
      this.#endRun(run);
      this.#outcome(run, "cluster");
      call.tried.push(connection);
      if (!reads(call)) this.#ends.get(call)?.("failed");
      else if (call.runs.size === 0) {
        pool.clock.schedule(25, () => this.#attempt(call));
      }
    });
  }

  #watch(call: Call, lateMs: number): void {
    const [run] = [...call.runs].slice(-1);
    const { pool } = this;
    pool.clock.schedule(Math.ceil(lateMs / LOOK_MS + 0.5) * LOOK_MS, () => {
      if (run === undefined || call.done || !call.runs.has(run)) return;
      const { connection, epoch } = run;
      const { method } = call.load;
      const repeatable = reads(call);
      let told = "wait";
      pool.enter(() => {
        told = pool.strategy.onLate?.({
          connection,
          epoch,
          method,
          repeatable,
        }) ?? "wait";
      });
      if (told === "wait") return;
      this.tally.hedges++;
      call.tried.push(connection);
      this.#attempt(call, "hedge");
    });
  }

  #endRun(run: Run): void {
    run.call.runs.delete(run);
    if (!this.#running.delete(run)) return;
    this.pool.at(run.connection.endpoint).inFlight--;
  }

  #outcome(run: Run, blame: "none" | "member" | "cluster"): void {
    const { epoch, call, beganAtMs, connection: { endpoint } } = run;
    this.pool.outcome(endpoint, blame, {
      epoch,
      method: call.load.method,
      timedOut: blame === "member",
      durationMs: this.pool.now() - beganAtMs,
    });
  }
}
