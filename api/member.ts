import type { Endpoint } from "../balancers/_endpoint.ts";
import { DowngradeAction, ServingStatus } from "../proto/gen/messages.ts";
import { fromBigInt, toBigInt, toUnsignedBigInt } from "../proto/int64.ts";
import type { Method } from "../proto/method.ts";
import { methods } from "../proto/methods.ts";
import type { CallOptions } from "./call_options.ts";
import { checkId, checkInt64, checkName } from "./_checks.ts";
import { toHeader } from "./key_value.ts";
import type {
  Downgrade,
  DowngradeResult,
  HashKvOptions,
  HashKvResult,
  HashResult,
  HealthStatus,
  MemberCalls,
  MemberStatus,
  SnapshotOptions,
} from "./maintenance_types.ts";
import type { MemberConnections } from "./_member_connections.ts";
import { takeSnapshot } from "./_snapshot.ts";
import { jsonable } from "./_json.ts";

const HEALTH: Readonly<Record<number, HealthStatus>> = {
  [ServingStatus.SERVING]: "serving",
  [ServingStatus.NOT_SERVING]: "not_serving",
};

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
        this.#downgrade({
          action: DowngradeAction.VALIDATE,
          version: checkName("version", version),
        }, options),
      enable: (version, options) =>
        this.#downgrade({
          action: DowngradeAction.ENABLE,
          version: checkName("version", version),
        }, options),
      cancel: (options) =>
        this.#downgrade({ action: DowngradeAction.CANCEL }, options),
    };
  }

  async status(options?: CallOptions): Promise<MemberStatus> {
    const wire = await this.#call(
      methods.maintenance.status,
      {},
      "read the status",
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
    const { status } = await this.#call(
      methods.health.check,
      { service: "" },
      "check the health",
      options,
    );
    return HEALTH[status] ?? "unknown";
  }

  async defragment(options?: CallOptions): Promise<void> {
    const { defragment } = methods.maintenance;
    await this.#call(defragment, {}, "defragment", options);
  }

  async hash(options?: CallOptions): Promise<HashResult> {
    const wire = await this.#call(
      methods.maintenance.hash,
      {},
      "hash the database",
      options,
    );
    return { header: toHeader(wire.header), hash: wire.hash };
  }

  async hashKv(
    options: HashKvOptions & CallOptions = {},
  ): Promise<HashKvResult> {
    const wire = await this.#call(
      methods.maintenance.hashKv,
      { revision: fromBigInt(checkInt64("revision", options.revision ?? 0n)) },
      "hash the keys",
      options,
    );
    return jsonable({
      header: toHeader(wire.header),
      hash: wire.hash,
      compactRevision: toBigInt(wire.compactRevision),
      hashRevision: toBigInt(wire.hashRevision) || undefined,
    });
  }

  snapshot(
    options: SnapshotOptions = {},
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { opener } = this.#connections.to(this.#address);
    return takeSnapshot(opener, options, this.#connections.timeoutMs);
  }

  async moveLeader(to: bigint, options?: CallOptions): Promise<void> {
    await this.#call(
      methods.maintenance.moveLeader,
      { targetID: fromBigInt(checkId("to", to)) },
      "move the leader",
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
    request: Parameters<typeof methods.maintenance.downgrade.encode>[0],
    options: CallOptions | undefined,
  ): Promise<DowngradeResult> {
    const wire = await this.#call(
      methods.maintenance.downgrade,
      request,
      "downgrade",
      options,
    );
    return { header: toHeader(wire.header), version: wire.version };
  }

  #call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    action: string,
    options: CallOptions | undefined,
  ): Promise<Response> {
    const { caller } = this.#connections.to(this.#address);
    return caller.unary(method, request, action, options);
  }
}
