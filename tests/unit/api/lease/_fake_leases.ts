import { LeaseFacet } from "../../../../api/lease/lease.ts";
import type { Caller, UnaryCall } from "../../../../api/call/caller.ts";
import type { ClientEvent, EtcdError } from "../../../../mod.ts";
import type { ErrorCode } from "../../../../errors/codes.ts";
import type { Attempt } from "../../../../errors/etcd_error.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import type { Effect } from "../../../../proto/method.ts";
import type {
  LeaseKeepAliveRequestInit,
  LeaseKeepAliveResponseInit,
} from "../../../../proto/gen/messages.ts";
import { fromBigInt, type Int64, toBigInt } from "../../../../proto/int64.ts";
import { FakeClock } from "../../support/_fake_clock.ts";
import { FakeOpener } from "../stream/_fake_opener.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";

const REPLY_TYPE = new Map([
  ["Lease.LeaseGrant", "etcdserverpb.LeaseGrantResponse"],
  ["Lease.LeaseRevoke", "etcdserverpb.LeaseRevokeResponse"],
  ["Lease.LeaseTimeToLive", "etcdserverpb.LeaseTimeToLiveResponse"],
  ["Lease.LeaseLeases", "etcdserverpb.LeaseLeasesResponse"],
]);

/** Answers a unary call with a message, or throws. */
export type FakeUnary = (request: unknown) => object | Promise<object>;

/** Leases of a client whose streams, calls and clock a test plays. */
export class FakeLeases {
  readonly clock: FakeClock;
  readonly opener: FakeOpener<
    LeaseKeepAliveRequestInit,
    LeaseKeepAliveResponseInit
  > = new FakeOpener("etcdserverpb.LeaseKeepAliveResponse");
  readonly told: ClientEvent[] = [];
  readonly facet: LeaseFacet;
  /** The unary calls made, by the method's name. */
  readonly called: string[] = [];
  readonly #answers = new Map<string, FakeUnary>();
  readonly #effects = new Map<string, Effect[]>();

  constructor({ timeoutMs = 30_000, random }: {
    readonly timeoutMs?: number;
    readonly random?: () => number;
  } = {}) {
    this.clock = new FakeClock({ ...random && { random } });
    const unary = async <Request, Response>(
      { method }: UnaryCall<Request, Response>,
      request: Request,
    ): Promise<Response> => {
      const { name } = method;
      this.called.push(name);
      const effects = this.#effects.get(name) ?? [];
      this.#effects.set(name, [...effects, method.effect(request)]);
      method.encode(request);
      const reply = await this.#answers.get(name)?.(request) ?? {};
      const codec = codecOf(REPLY_TYPE.get(name) ?? name);
      return method.decode(codec.encode(reply));
    };
    const caller = { unary } as Caller;
    const { clock } = this;
    this.facet = new LeaseFacet(caller, this.opener.opener, {
      clock,
      timeoutMs,
      onEvent: (event) => this.told.push(event),
    });
    this.answerGrant(1n, 9);
  }

  /** Sets what a method answers, by its name such as `LeaseRevoke`. */
  answer(name: string, answer: FakeUnary): this {
    this.#answers.set(`Lease.${name}`, answer);
    return this;
  }

  /** What repeating each request of a method could have done. */
  effects(name: string): readonly Effect[] {
    return this.#effects.get(`Lease.${name}`) ?? [];
  }

  answerGrant(id: bigint, ttlSeconds: number): this {
    return this.answer("LeaseGrant", () => ({
      ID: fromBigInt(id),
      TTL: fromBigInt(BigInt(ttlSeconds)),
    }));
  }

  answerTimeToLive(remaining: number, granted: number): this {
    return this.answer("LeaseTimeToLive", () => ({
      TTL: fromBigInt(BigInt(remaining)),
      grantedTTL: fromBigInt(BigInt(granted)),
    }));
  }

  /** How often each lease was renewed on the newest stream. */
  get renewals(): readonly bigint[] {
    return this.opener.last.sent.map(({ ID }) => toBigInt(ID as Int64));
  }

  /** The server answers a renewal. */
  renewed(ttlSeconds: number, id = 1n): void {
    this.opener.last.reply({
      ID: fromBigInt(id),
      TTL: fromBigInt(BigInt(ttlSeconds)),
    });
  }

  /** Lets time pass in small steps, with what follows from each. */
  async pass(ms: number, stepMs = 100): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left));
      await microtasks();
    }
  }
}

/** An error as a caller throws it after so many attempts. */
export function failure(
  code: ErrorCode,
  { attempts = 1, maybeCommitted = false }: {
    readonly attempts?: number;
    readonly maybeCommitted?: boolean;
  } = {},
): EtcdError {
  const attempt: Attempt = { endpoint: "http://fake", code, durationMs: 1 };
  return createError(`Cannot do that: ${code}`, {
    code,
    maybeCommitted,
    attempts: Array.from({ length: attempts }, () => attempt),
  });
}
