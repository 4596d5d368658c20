import type { Endpoint } from "../../balancers/transport/mod.ts";
import {
  DowngradeAction,
  type DowngradeRequestInit,
  ServingStatus,
} from "../../proto/gen/messages.ts";
import { fromBigInt, toBigInt, toUnsignedBigInt } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import { type CallOptions, timeoutOf, type UnaryCall } from "../call/mod.ts";
import {
  CALL_OPTIONS,
  checkId,
  checkName,
  REVISION,
  Signature,
} from "../checks/mod.ts";
import { jsonable, toHeader } from "../values/mod.ts";
import type {
  Downgrade,
  DowngradeResult,
  HashKvOptions,
  HashKvResult,
  HashResult,
  HealthStatus,
  MemberCalls,
  MemberStatus,
  Snapshot,
  SnapshotOptions,
} from "./maintenance_types.ts";
import type { MemberConnections } from "./_member_connections.ts";
import { SNAPSHOT_OPTIONS, SnapshotStream } from "./_snapshot.ts";

const HEALTH: Readonly<Record<number, HealthStatus>> = {
  [ServingStatus.SERVING]: "serving",
  [ServingStatus.NOT_SERVING]: "not_serving",
};

const STATUS = new Signature("member().status", CALL_OPTIONS);
const HEALTH_CHECK = new Signature("member().health", CALL_OPTIONS);
const DEFRAGMENT = new Signature("member().defragment", CALL_OPTIONS);
const HASH = new Signature("member().hash", CALL_OPTIONS);
const HASH_KV = new Signature("member().hashKv", {
  ...CALL_OPTIONS,
  revision: REVISION,
});
const SNAPSHOT = new Signature("member().snapshot", SNAPSHOT_OPTIONS);
const MOVE_LEADER = new Signature("member().moveLeader", CALL_OPTIONS);
const VALIDATE = new Signature("member().downgrade.validate", CALL_OPTIONS);
const ENABLE = new Signature("member().downgrade.enable", CALL_OPTIONS);
const CANCEL = new Signature("member().downgrade.cancel", CALL_OPTIONS);

/** {@linkcode MemberCalls} over a connection of their own. */
export class MemberFacet implements MemberCalls {
  readonly endpoint: string;
  readonly downgrade: Downgrade;
  readonly #address: Endpoint;
  readonly #connections: MemberConnections;

  constructor(address: Endpoint, connections: MemberConnections) {
    this.#address = address;
    this.#connections = connections;
    this.endpoint = address.url;
    this.downgrade = {
      validate: (version, options) =>
        this.#downgrade(VALIDATE, options, () => ({
          action: DowngradeAction.VALIDATE,
          version: checkName("version", version),
        })),
      enable: (version, options) =>
        this.#downgrade(ENABLE, options, () => ({
          action: DowngradeAction.ENABLE,
          version: checkName("version", version),
        })),
      cancel: (options) =>
        this.#downgrade(CANCEL, options, () => ({
          action: DowngradeAction.CANCEL,
        })),
    };
  }

  async status(options?: CallOptions): Promise<MemberStatus> {
    STATUS.check(options);
    const wire = await this.#call(
      { method: methods.maintenance.status, action: "read the status" },
      {},
      options,
    );
    return jsonable({
      header: toHeader(wire.header),
      version: wire.version,
      leader: toUnsignedBigInt(wire.leader) || undefined,
      isLearner: wire.isLearner,
      dbSizeBytes: toBigInt(wire.dbSize),
      dbSizeInUseBytes: toBigInt(wire.dbSizeInUse),
      dbSizeQuotaBytes: toBigInt(wire.dbSizeQuota) || undefined,
      raftIndex: toUnsignedBigInt(wire.raftIndex),
      raftAppliedIndex: toUnsignedBigInt(wire.raftAppliedIndex),
      raftTerm: toUnsignedBigInt(wire.raftTerm),
      errors: wire.errors,
      storageVersion: wire.storageVersion || undefined,
      downgradeTo: wire.downgradeInfo?.enabled
        ? wire.downgradeInfo.targetVersion
        : undefined,
    });
  }

  async health(options?: CallOptions): Promise<HealthStatus> {
    HEALTH_CHECK.check(options);
    const { status } = await this.#call(
      { method: methods.health.check, action: "check the health" },
      { service: "" },
      options,
    );
    return HEALTH[status] ?? "unknown";
  }

  async defragment(options?: CallOptions): Promise<void> {
    DEFRAGMENT.check(options);
    await this.#call(
      { method: methods.maintenance.defragment, action: "defragment" },
      {},
      options,
    );
  }

  async hash(options?: CallOptions): Promise<HashResult> {
    HASH.check(options);
    const wire = await this.#call(
      { method: methods.maintenance.hash, action: "hash the database" },
      {},
      options,
    );
    return { header: toHeader(wire.header), hash: wire.hash };
  }

  async hashKv(
    options: HashKvOptions & CallOptions = {},
  ): Promise<HashKvResult> {
    HASH_KV.check(options);
    const wire = await this.#call(
      { method: methods.maintenance.hashKv, action: "hash the keys" },
      { revision: fromBigInt(options.revision ?? 0n) },
      options,
    );
    return jsonable({
      header: toHeader(wire.header),
      hash: wire.hash,
      compactRevision: toBigInt(wire.compactRevision),
      hashRevision: toBigInt(wire.hashRevision) || undefined,
    });
  }

  snapshot(options: SnapshotOptions = {}): Snapshot {
    SNAPSHOT.check(options);
    const { timeoutMs, clock } = this.#connections;
    const { opener } = this.#connections.to(this.#address);
    return new SnapshotStream(opener, {
      ...options,
      timeoutMs: timeoutOf(options, timeoutMs),
      clock,
    });
  }

  async moveLeader(to: bigint, options?: CallOptions): Promise<void> {
    const request = MOVE_LEADER.take(options, () => ({
      targetID: fromBigInt(checkId("to", to)),
    }));
    await this.#call(
      { method: methods.maintenance.moveLeader, action: "move the leader" },
      request,
      options,
    );
  }

  close(): Promise<void> {
    return this.#connections.closeOne(this.#address);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #downgrade(
    signature: Signature,
    options: CallOptions | undefined,
    request: () => DowngradeRequestInit,
  ): Promise<DowngradeResult> {
    const wire = await this.#call(
      { method: methods.maintenance.downgrade, action: "downgrade" },
      signature.take(options, request),
      options,
    );
    return { header: toHeader(wire.header), version: wire.version };
  }

  #call<Request, Response>(
    call: UnaryCall<Request, Response>,
    request: Request,
    options: CallOptions | undefined,
  ): Promise<Response> {
    const { caller } = this.#connections.to(this.#address);
    return caller.unary(call, request, options);
  }
}
