import { onAbort } from "../../balancers/transport/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import {
  LeaseNotFoundError,
  UnsupportedError,
} from "../../errors/specific_errors.ts";
import { doubtText } from "../../errors/doubt.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { fromBigInt, toBigInt } from "../../proto/int64.ts";
import { methods, revokeServerChosen } from "../../proto/methods.ts";
import {
  noStreamError,
  type Opener,
  type StreamLimit,
  type StreamSettings,
} from "../stream/mod.ts";
import { pause, withDeadline } from "../waiting/mod.ts";
import { copyBytes, jsonableList, toHeader } from "../values/mod.ts";
import { type Caller, type CallOptions, timeoutOf } from "../call/mod.ts";
import type { TimeToLive, TimeToLiveOptions } from "./types.ts";

// Before a renewal that failed is sent once more.
const REPEAT_MS = 50;

/** An id, and whether it may be used again. */
export interface LeaseId {
  readonly id: bigint;
  /** Somebody may have chosen it, and may choose it again; no server does. */
  readonly chosenBy: "server" | "somebody";
}

/** A lease as the server has made it. */
interface GrantedLease {
  readonly id: bigint;
  readonly ttlSeconds: number;
}

/** The calls that concern one lease. */
export class LeaseCalls {
  readonly #caller: Caller;
  readonly #opener: Opener;
  readonly #timeoutMs: number;

  constructor(
    caller: Caller,
    opener: Opener,
    { timeoutMs }: { readonly timeoutMs: number },
  ) {
    this.#caller = caller;
    this.#opener = opener;
    this.#timeoutMs = timeoutMs;
  }

  /** Makes a lease; resolves to its id and the seconds granted. */
  async grant(
    ttlSeconds: number,
    id: bigint,
    options: CallOptions,
  ): Promise<GrantedLease> {
    const { ID, TTL } = await this.#caller.unary(
      { method: methods.lease.grant, action: "grant the lease" },
      { TTL: fromBigInt(BigInt(ttlSeconds)), ID: fromBigInt(id) },
      options,
    );
    const granted = toBigInt(ID);
    if (id !== 0n && granted !== id) throw otherIdError(id, granted);
    return { id: granted, ttlSeconds: Number(toBigInt(TTL)) };
  }

  /** Ends a lease, whose id was chosen by so and so. */
  async revoke(
    { id, chosenBy }: LeaseId,
    options: CallOptions,
  ): Promise<void> {
    try {
      await this.#caller.unary(
        {
          method: chosenBy === "server"
            ? revokeServerChosen
            : methods.lease.revoke,
          action: "revoke the lease",
        },
        { ID: fromBigInt(id) },
        options,
      );
    } catch (error) {
      // An earlier attempt has ended it, and its answer was lost.
      if (!isEcho(error, "lease_not_found")) throw error;
    }
  }

  /** How long a lease has to live. */
  async timeToLive(
    id: bigint,
    options: TimeToLiveOptions,
  ): Promise<TimeToLive> {
    const wire = await this.#caller.unary(
      { method: methods.lease.timeToLive, action: "look at the lease" },
      { ID: fromBigInt(id), keys: options.keys },
      options,
    );
    const remainingSeconds = Number(toBigInt(wire.TTL));
    if (remainingSeconds < 0) throw notFound(id, "look at the lease");
    return {
      header: toHeader(wire.header),
      remainingSeconds,
      grantedSeconds: Number(toBigInt(wire.grantedTTL)),
      keys: wire.keys.map(copyBytes),
    };
  }

  /**
   * Renews a lease once, on a stream of its own, and on another one if that
   * ends: renewing it twice does no harm. Tells each time when it is sent.
   */
  async keepAliveOnce(
    id: bigint,
    options: CallOptions,
    onSend: () => void,
  ): Promise<number> {
    const { signal } = options;
    const timeoutMs = timeoutOf(options, this.#timeoutMs);
    const method = methods.lease.keepAlive;
    const action = "renew the lease";
    let waits: StreamLimit | undefined;
    return await withDeadline({
      signal,
      timeoutMs,
      action: () => action,
      method: method.name,
      timeoutError: () =>
        waits && noStreamError(
          { action, method: method.name, timeoutMs },
          waits,
        ),
    }, async (context) => {
      const noStream = () =>
        this.#opener.notOpened(method, { action, timeoutMs });
      const settings = {
        action,
        requireLeader: true,
        signal: context.signal,
        onWait: (streams: StreamLimit | undefined) => waits = streams,
      };
      let last: unknown;
      for (;;) {
        context.lastError = () => last ?? noStream();
        try {
          return await this.#renewOnce(id, settings, () => {
            context.lastError = () => last;
            onSend();
          });
        } catch (error) {
          context.signal.throwIfAborted();
          if (!(error instanceof EtcdError && error.retryable)) throw error;
          last = error;
        }
        await pause(REPEAT_MS, context.signal);
      }
    });
  }

  async #renewOnce(
    id: bigint,
    settings: StreamSettings,
    onSend: () => void,
  ): Promise<number> {
    const { action, signal } = settings;
    const answer = Promise.withResolvers<number>();
    // The stream may end, and the signal abort, before it is waited for.
    answer.promise.catch(() => {});
    const stream = await this.#opener.open(methods.lease.keepAlive, settings, {
      onMessage: ({ TTL }) => answer.resolve(Number(toBigInt(TTL))),
      onEnd: (error) => answer.reject(error),
    });
    const unlink = onAbort(signal, answer.reject);
    try {
      signal.throwIfAborted();
      onSend();
      stream.send({ ID: fromBigInt(id) });
      const ttlSeconds = await answer.promise;
      if (ttlSeconds <= 0) throw notFound(id, action);
      return ttlSeconds;
    } finally {
      unlink();
      stream.cancel(signal.reason);
    }
  }

  /** The ids of all leases. */
  async list(options: CallOptions): Promise<bigint[]> {
    const { leases } = await this.#caller.unary(
      { method: methods.lease.leases, action: "list the leases" },
      {},
      options,
    );
    return jsonableList(leases.map(({ ID }) => toBigInt(ID)));
  }
}

/** Whether our own earlier attempt may have brought an error about. */
function isEcho(error: unknown, code: EtcdError["code"]): boolean {
  return error instanceof EtcdError && error.code === code &&
    error.maybeCommitted;
}

/** The server has not made the lease asked for, but another. */
function otherIdError(id: bigint, granted: bigint): UnsupportedError {
  const maybeCommitted = true;
  return new UnsupportedError(
    `Cannot grant the lease: the server gave it the id ${granted} instead of ${id}, and may keep it until its time is over (unsupported)${
      doubtText(maybeCommitted)
    }`,
    {
      code: "unsupported",
      grpcCode: GRPC_CODE.unimplemented,
      method: methods.lease.grant.name,
      maybeCommitted,
      needs: "an etcd server",
    },
  );
}

function notFound(id: bigint, action: string): LeaseNotFoundError {
  return new LeaseNotFoundError(
    `Cannot ${action}: ${id} does not exist (lease_not_found)`,
    { code: "lease_not_found", grpcCode: GRPC_CODE.notFound },
  );
}
