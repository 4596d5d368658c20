import type { Clock } from "../../balancers/transport/mod.ts";
import { type ErrorCode, GRPC_CODE } from "../../errors/codes.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import { TimeoutError } from "../../errors/specific_errors.ts";
import type {
  LeaseKeepAliveRequestInit,
  LeaseKeepAliveResponse,
} from "../../proto/gen/messages.ts";
import { fromBigInt, toBigInt } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import { RefusedLeases } from "./_refused_leases.ts";
import type { Renewal } from "./_renewal.ts";
import type { RenewalHost, RenewingState } from "./_renewal_host.ts";
import { RenewalWindow } from "./_renewal_window.ts";
import { Timetable } from "./_timetable.ts";
import {
  type Opener,
  ReconnectingStream,
  type StreamLimit,
  waitingError,
} from "../stream/mod.ts";

const ACTION = "keep the leases alive";

// The codes of a server that does not renew leases. Others use them now and
// then, which is why it is asked more than once.
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  "unknown",
  "unsupported",
  "permission_denied",
  "unauthenticated",
  "invalid_argument",
  "failed_precondition",
]);
const FINAL_REFUSALS = 3;

// With fewer leases than this it does not matter when they are renewed.
const CROWD = 1_000;

/**
 * The stream on which all leases of a client are renewed, and its successors.
 * It is open while there is a lease to renew, on a member with a leader.
 */
export class KeepAliveSession implements RenewalHost<Renewal> {
  readonly dues: Timetable<Renewal>;
  readonly losses: Timetable<Renewal>;
  readonly #opener: Opener;
  readonly #clock: Clock;
  readonly #tracked = new Set<Renewal>();
  /** The renewals by lease: one may have been attached more than once. */
  readonly #kept = new Map<bigint, Set<Renewal>>();
  readonly #window: RenewalWindow;
  readonly #refused = new RefusedLeases();
  readonly #stream: ReconnectingStream<
    LeaseKeepAliveRequestInit,
    LeaseKeepAliveResponse
  >;
  /** The end of the newest stream, or its wait, if nothing has come since. */
  #lastError: unknown;
  /** Streams in a row that were refused. */
  #refusals = 0;

  constructor(opener: Opener, clock: Clock) {
    this.#opener = opener;
    this.#clock = clock;
    this.dues = new Timetable(clock, (renewal, lateMs) => {
      renewal.isDue(lateMs);
    });
    this.losses = new Timetable(clock, (renewal, lateMs) => {
      renewal.mayBeLost(lateMs);
    });
    this.#window = new RenewalWindow(
      clock,
      (id) => this.#stream.current?.send({ ID: fromBigInt(id) }),
    );
    this.#stream = new ReconnectingStream(methods.lease.keepAlive, {
      opener,
      clock,
      action: ACTION,
      requireLeader: true,
      // Leases are not given up as easily: see `#countRefusal`.
      isFinal: () => false,
      listener: {
        onOpen: () => this.#onOpen(),
        onMessage: (message) => this.#onMessage(message),
        onEnd: (error) => this.#onEnd(error),
        onFailed: (error) => this.#onFailed(error),
        onWait: (limit) => this.#onWait(limit),
      },
    });
  }

  lastError({ id }: Renewal, waitedMs: number): unknown {
    const refusal = this.#refused.error(id);
    if (refusal !== undefined) return refusal;
    if (this.#lastError !== undefined || this.#stream.kind !== "opening") {
      return this.#lastError;
    }
    const call = { action: ACTION, timeoutMs: waitedMs };
    return this.#opener.notOpened(methods.lease.keepAlive, call);
  }

  get state(): RenewingState {
    const { current, limit } = this.#stream;
    if (current !== undefined) {
      return { kind: "live", endpoint: current.endpoint };
    }
    return limit === undefined
      ? { kind: "connecting" }
      : { kind: "waiting", ...limit };
  }

  get crowded(): boolean {
    return this.#kept.size >= CROWD;
  }

  track(renewal: Renewal): number {
    this.#tracked.add(renewal);
    return this.#window.lastOrder;
  }

  add(renewal: Renewal): void {
    const kept = this.#kept.get(renewal.id);
    if (kept !== undefined) {
      kept.add(renewal);
      return;
    }
    this.#kept.set(renewal.id, new Set([renewal]));
    this.#stream.start();
  }

  remove(renewal: Renewal): void {
    this.#tracked.delete(renewal);
    const kept = this.#kept.get(renewal.id);
    kept?.delete(renewal);
    if (kept?.size === 0) {
      this.#kept.delete(renewal.id);
      this.#refused.delete(renewal.id);
      this.#window.forget(renewal.id);
    }
    if (this.#kept.size === 0) this.#stop();
  }

  due(renewal: Renewal, lateMs: number): number {
    const { id, lossAt, intervalMs } = renewal;
    const { current } = this.#stream;
    if (current !== undefined && this.#kept.has(id)) {
      const due = this.#window.due(id, { lossAt, intervalMs, lateMs });
      if (due.action === "wait") return due.untilMs;
      this.#stream.abandon(unanswered(current.endpoint));
    }
    // Renewed as soon as there is another stream.
    return this.#clock.now() + intervalMs;
  }

  /** Ends every lease's renewals: the client is closed. */
  close(): void {
    for (const renewal of [...this.#tracked]) renewal.lose("client_closed");
    this.#stop();
  }

  #onOpen(): void {
    this.#window.reset();
    // The most urgent first. One that was refused may end this stream, too: it
    // comes last, and after some refusals only when it is due.
    const times = ({ id }: Renewal) => this.#refused.times(id);
    const all = this.#all().sort((one, other) =>
      times(one) - times(other) || one.lossAt - other.lossAt
    );
    const alone = all.every((one) => times(one) >= FINAL_REFUSALS);
    for (const renewal of all) {
      if (alone || times(renewal) < FINAL_REFUSALS) renewal.opened();
    }
  }

  #all(): Renewal[] {
    return [...this.#kept.values()].flatMap((renewals) => [...renewals]);
  }

  #onMessage(answer: LeaseKeepAliveResponse): void {
    this.#lastError = undefined;
    this.#refusals = 0;
    const id = toBigInt(answer.ID);
    this.#refused.delete(id);
    const request = this.#window.answered(id);
    if (request === undefined) return;
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    // Each may leave, and no other come, before it is told.
    for (const renewal of kept) renewal.answered(answer, request);
  }

  #onEnd(error: EtcdError): void {
    this.#lastError = error;
    this.#countRefusal(error);
  }

  /** The strategy refuses to give a connection, or the client is closed. */
  #onFailed(error: unknown): void {
    for (const renewal of this.#all()) renewal.lose("not_renewed", error);
  }

  #onWait(limit: StreamLimit | undefined): void {
    const { name } = methods.lease.keepAlive;
    this.#lastError = limit && waitingError(ACTION, name, limit);
  }

  /** Tells the leases once a refusal is there to stay, without much doubt. */
  #countRefusal(error: EtcdError): void {
    const refused = REFUSALS.has(error.code) && !error.retryable;
    this.#refusals = refused ? this.#refusals + 1 : 0;
    const { oldest } = this.#window;
    const times = refused && oldest !== undefined && this.#kept.has(oldest)
      ? this.#refused.add(oldest, error)
      : 0;
    for (const renewal of this.#all()) {
      const final = renewal.id === oldest && times >= FINAL_REFUSALS;
      if (final || this.#refusals >= FINAL_REFUSALS) renewal.refused(error);
    }
  }

  #stop(): void {
    this.#refusals = 0;
    this.#stream.stop();
    this.#lastError = undefined;
  }
}

function unanswered(endpoint: string): TimeoutError {
  return new TimeoutError(
    `Cannot ${ACTION}: ${endpoint} has not answered in time (timeout)`,
    {
      code: "timeout",
      grpcCode: GRPC_CODE.deadlineExceeded,
      endpoint,
      method: methods.lease.keepAlive.name,
      retryable: true,
    },
  );
}
