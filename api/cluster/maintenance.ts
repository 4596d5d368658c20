import {
  AlarmAction,
  type AlarmRequestInit,
  AlarmType as WireType,
} from "../../proto/gen/messages.ts";
import { fromBigInt, toUnsignedBigInt } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import { type Caller, type CallOptions, timeoutOf } from "../call/mod.ts";
import { CALL_OPTIONS, MEMBER_ID, oneOf, Signature } from "../checks/mod.ts";
import type { Clock } from "../../balancers/transport/mod.ts";
import { withDeadline } from "../waiting/mod.ts";
import type {
  Alarm,
  AlarmType,
  DisarmOptions,
  Maintenance,
  Snapshot,
  SnapshotOptions,
} from "./maintenance_types.ts";
import { SNAPSHOT_OPTIONS, SnapshotStream } from "./_snapshot.ts";
import type { Opener } from "../stream/mod.ts";
import { jsonable } from "../values/mod.ts";

const TYPES = [
  ["no_space", WireType.NOSPACE],
  ["corrupt", WireType.CORRUPT],
] as const satisfies (readonly [AlarmType, WireType])[];

const ALARMS = new Signature("maintenance.alarms", CALL_OPTIONS);
const DISARM = new Signature("maintenance.disarm", {
  ...CALL_OPTIONS,
  memberId: MEMBER_ID,
  type: oneOf(...TYPES.map(([word]) => word)),
});
const SNAPSHOT = new Signature("maintenance.snapshot", SNAPSHOT_OPTIONS);

/** {@linkcode Maintenance} over a caller and streams. */
export class MaintenanceFacet implements Maintenance {
  readonly #caller: Caller;
  readonly #opener: Opener;
  readonly #timeoutMs: number;
  readonly #clock: Clock;

  constructor(
    caller: Caller,
    parts: {
      readonly opener: Opener;
      /** The timeout of calls that name none; `Infinity` for no limit. */
      readonly timeoutMs: number;
      /** The time. */
      readonly clock: Clock;
    },
  ) {
    this.#caller = caller;
    this.#opener = parts.opener;
    this.#timeoutMs = parts.timeoutMs;
    this.#clock = parts.clock;
  }

  async alarms(options?: CallOptions): Promise<readonly Alarm[]> {
    ALARMS.check(options);
    const request = { action: AlarmAction.GET };
    return await this.#alarm(request, "list the alarms", options);
  }

  async disarm(
    options: DisarmOptions & CallOptions = {},
  ): Promise<readonly Alarm[]> {
    DISARM.check(options);
    const { memberId, type, ...call } = options;
    const action = "disarm the alarms";
    return await withDeadline({
      signal: call.signal,
      timeoutMs: timeoutOf(call, this.#timeoutMs),
      action: () => action,
      clock: this.#clock,
    }, async (context) => {
      const ask = (request: AlarmRequestInit) => {
        context.throwIfEnded();
        const timeoutMs = context.leftMs(Infinity);
        return this.#alarm(request, action, { ...call, timeoutMs });
      };
      const all = await ask({ action: AlarmAction.GET });
      const named = all.filter((alarm) =>
        (memberId ?? alarm.memberId) === alarm.memberId &&
        (type ?? alarm.type) === alarm.type
      );
      for (const alarm of named) {
        await ask({
          action: AlarmAction.DEACTIVATE,
          memberID: fromBigInt(alarm.memberId),
          alarm: TYPES.find(([word]) => word === alarm.type)?.[1],
        });
        // This one is done, even if the next call fails.
        context.maybeCommitted = true;
      }
      return named;
    });
  }

  snapshot(options: SnapshotOptions = {}): Snapshot {
    SNAPSHOT.check(options);
    return new SnapshotStream(this.#opener, {
      ...options,
      timeoutMs: timeoutOf(options, this.#timeoutMs),
      clock: this.#clock,
    });
  }

  async #alarm(
    request: AlarmRequestInit,
    action: string,
    options: CallOptions | undefined,
  ): Promise<readonly Alarm[]> {
    const { alarms } = await this.#caller.unary(
      { method: methods.maintenance.alarm, action },
      request,
      options,
    );
    return alarms.flatMap(({ memberID, alarm }) => {
      const type = TYPES.find(([, wire]) => wire === alarm)?.[0];
      // A type of a later etcd has no name here.
      return type
        ? [jsonable({ memberId: toUnsignedBigInt(memberID), type })]
        : [];
    });
  }
}
