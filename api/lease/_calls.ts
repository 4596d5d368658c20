import { EtcdError } from "../../errors/etcd_error.ts";
import { UnsupportedError } from "../../errors/specific_errors.ts";
import { doubtText } from "../../errors/doubt.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { fromBigInt, toBigInt } from "../../proto/int64.ts";
import { methods, revokeServerChosen } from "../../proto/methods.ts";
import type { Opener } from "../stream/mod.ts";
import { copyBytes, jsonableList, toHeader } from "../values/mod.ts";
import {
  type Caller,
  type CallOptions,
  keptHeaders,
  timeoutOf,
} from "../call/mod.ts";
import { noLeaseError, renewOnce } from "./_renew_once.ts";
import type { TimeToLive, TimeToLiveOptions } from "./types.ts";

/** An id of a lease, and whether it may be used again. */
export interface LeaseId {
  readonly id: bigint;
  /** The server never chooses an id again; somebody else may. */
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

  /** Makes a lease. Resolves to its id and the seconds granted. */
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

  /** Ends a lease. */
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

  /** Asks for the time that a lease has left. */
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
    if (remainingSeconds < 0) throw noLeaseError(id, "look at the lease");
    return {
      header: toHeader(wire.header),
      remainingSeconds,
      grantedSeconds: Number(toBigInt(wire.grantedTTL)),
      keys: wire.keys.map(copyBytes),
    };
  }

  /**
   * Renews a lease once, and resolves to the seconds it has then. Tells each
   * time when the request is sent.
   */
  async keepAliveOnce(
    id: bigint,
    options: CallOptions,
    onSend: () => void,
  ): Promise<number> {
    const timeoutMs = timeoutOf(options, this.#timeoutMs);
    const { signal, headers, requireLeader = true } = keptHeaders(options);
    return await renewOnce(this.#opener, id, {
      ...{ signal, timeoutMs, requireLeader, headers },
      onSend,
    });
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

/** The error of a server that has made another lease than asked for. */
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
