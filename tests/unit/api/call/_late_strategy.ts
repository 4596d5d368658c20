import type { LateCall } from "../../../../balancers/evidence.ts";
import type { PickInfo, PickResult } from "../../../../balancers/strategy.ts";
import { endpoint } from "../../balancers/transport/_fake_transport.ts";
import {
  connectAll,
  poolOf,
  Scripted,
  type Setup,
} from "./_scripted_strategy.ts";
import { over, type Subject } from "./_subject.ts";

/** The time after which a call of the strategy below is late. */
export const LATE_MS = 100;

/** Goes to the first connection that was not tried, and wants late calls. */
export class LateStrategy extends Scripted {
  readonly late: LateCall[] = [];
  readonly infos: PickInfo[] = [];
  says: "wait" | "again" = "again";

  constructor() {
    super();
    this.onStart = connectAll(this);
    this.onPick = (info) => this.#choose(info);
  }

  onLate(call: LateCall): "wait" | "again" {
    this.late.push(call);
    return this.says;
  }

  #choose(info: PickInfo): PickResult {
    this.infos.push({ ...info, tried: [...info.tried] });
    const connection = this.pool.connections.find((one) =>
      one.state === "ready" && !info.tried.includes(one)
    );
    if (connection === undefined) return { action: "wait" };
    return info.kind === "unary"
      ? { action: "use", connection, lateMs: LATE_MS }
      : { action: "use", connection };
  }
}

/** Calls over two connections, `a` first; late ones go to `b` as well. */
export function lateSubject(): Subject & ReturnType<typeof lateSetup> {
  const setup = lateSetup();
  return { ...over(setup, setup.clock), ...setup };
}

function lateSetup(): Setup<LateStrategy> {
  const strategy = new LateStrategy();
  const setup = poolOf(strategy, "ab");
  setup.pool.start();
  setup.network.at("a").up();
  setup.network.at("b").up();
  setup.events.length = 0;
  return setup;
}

/** The endpoint of `b`. */
export const B: string = endpoint("b").url;
