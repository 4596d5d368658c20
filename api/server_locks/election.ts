import { EtcdError } from "../../errors/etcd_error.ts";
import type { LeaderKeyInit } from "../../proto/gen/messages.ts";
import { fromBigInt, toBigInt, ZERO } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import {
  CALL_OPTIONS,
  checkInt64,
  checkObject,
  LEASE,
  leaseField,
  SIGNAL,
  Signature,
} from "../checks/mod.ts";
import { observeElection, type ObservingParts } from "./_observe_election.ts";
import {
  checkMadeIn,
  copyBytes,
  jsonable,
  type Key,
  keyBytes,
  type KeyValue,
  madeIn,
  own,
  type ResponseHeader,
  toBytes,
  toHeader,
  toKeyValue,
  type Value,
} from "../values/mod.ts";
import type { Caller, CallOptions } from "../call/mod.ts";
import type {
  CampaignResult,
  ElectionService,
  LeaderKey,
  ObserveOptions,
} from "./election_types.ts";
import type { TurnOptions } from "./lock_types.ts";

const CAMPAIGN = new Signature("election.campaign", {
  ...CALL_OPTIONS,
  lease: LEASE,
});
const PROCLAIM = new Signature("election.proclaim", CALL_OPTIONS);
const LEADER = new Signature("election.leader", CALL_OPTIONS);
const OBSERVE = new Signature("election.observe", { signal: SIGNAL });
const RESIGN = new Signature("election.resign", CALL_OPTIONS);

/** The parts of elections that go beyond a caller. */
export interface ElectionParts extends ObservingParts {
  /** The prefix of the keyspace. @default {none} */
  readonly prefix?: Uint8Array | undefined;
}

/** {@linkcode ElectionService} over a caller and streams. */
export class ElectionFacet implements ElectionService {
  readonly #caller: Caller;
  readonly #parts: ElectionParts;

  constructor(caller: Caller, parts: ElectionParts) {
    this.#caller = caller;
    this.#parts = parts;
  }

  async campaign(
    name: Key,
    value: Value,
    options: TurnOptions,
  ): Promise<CampaignResult> {
    const request = CAMPAIGN.take(options, () => ({
      name: own(keyBytes("name", name)),
      value: toBytes("value", value),
      lease: leaseField(options),
    }));
    const lease = toBigInt(request.lease);
    const { header, leader } = await this.#caller.unary(
      { method: methods.election.campaign, action: "campaign" },
      request,
      { ...options, timeoutMs: options.timeoutMs ?? false },
    );
    return {
      header: toHeader(header),
      leader: jsonable({
        name: copyBytes(leader?.name ?? request.name),
        key: madeIn(
          copyBytes(leader?.key ?? new Uint8Array()),
          this.#parts.prefix,
        ),
        revision: toBigInt(leader?.rev ?? ZERO),
        lease,
      }),
    };
  }

  async proclaim(
    leader: LeaderKey,
    value: Value,
    options?: CallOptions,
  ): Promise<{ readonly header: ResponseHeader }> {
    const request = PROCLAIM.take(options, () => ({
      leader: leaderField(leader, this.#parts),
      value: toBytes("value", value),
    }));
    const { header } = await this.#caller.unary(
      { method: methods.election.proclaim, action: "proclaim" },
      request,
      options,
    );
    return { header: toHeader(header) };
  }

  async leader(
    name: Key,
    options?: CallOptions,
  ): Promise<KeyValue | undefined> {
    const request = LEADER.take(options, () => ({
      name: keyBytes("name", name),
    }));
    try {
      const { kv } = await this.#caller.unary(
        { method: methods.election.leader, action: "ask for the leader" },
        request,
        options,
      );
      return kv ? toKeyValue(kv) : undefined;
    } catch (error) {
      if (error instanceof EtcdError && error.code === "nobody_leads") {
        return undefined;
      }
      throw error;
    }
  }

  observe(
    name: Key,
    options: ObserveOptions = {},
  ): AsyncIterableIterator<KeyValue> {
    const kept = OBSERVE.take(options, () => own(keyBytes("name", name)));
    return observeElection(kept, options, this.#parts);
  }

  async resign(
    leader: LeaderKey,
    options?: CallOptions,
  ): Promise<{ readonly header: ResponseHeader }> {
    const request = RESIGN.take(options, () => ({
      leader: leaderField(leader, this.#parts),
    }));
    const { header } = await this.#caller.unary(
      { method: methods.election.resign, action: "resign" },
      request,
      options,
    );
    return { header: toHeader(header) };
  }
}

function leaderField(
  leader: LeaderKey,
  { prefix }: Pick<ElectionParts, "prefix">,
): LeaderKeyInit {
  checkObject("leader", leader);
  checkMadeIn(leader.key, { option: "leader", prefix });
  return {
    name: keyBytes("name", leader.name),
    key: keyBytes("key", leader.key),
    rev: fromBigInt(checkInt64("revision", leader.revision)),
    lease: leaseField(leader),
  };
}
