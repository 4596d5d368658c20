import { Gateway, type GatewayOptions } from "../../../gateway/mod.ts";
import type { GatewayEvent } from "../../../gateway/mod.ts";

/** A gateway on a free port, and what it told. */
export interface LoggedGateway extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly events: readonly GatewayEvent[];
  /** The events of one type. */
  told<T extends GatewayEvent["type"]>(
    type: T,
  ): Extract<GatewayEvent, { readonly type: T }>[];
}

/** Starts one. */
export async function startGateway(
  options: GatewayOptions,
): Promise<LoggedGateway> {
  const events: GatewayEvent[] = [];
  const gateway = await Gateway.start({
    listen: "127.0.0.1:0",
    onEvent: (event) => events.push(event),
    ...options,
  });
  return {
    gateway,
    events,
    told: (type) =>
      events.filter((event): event is Extract<GatewayEvent, {
        readonly type: typeof type;
      }> => event.type === type),
    [Symbol.asyncDispose]: () => gateway.close(),
  };
}
