import type { Clock } from "../../balancers/transport/mod.ts";
import { Discovery } from "./_discovery.ts";
import { checkLoops } from "./_check_loops.ts";
import { Repeater } from "../_repeater.ts";
import { type Names, parseTargets, type Target } from "../names/mod.ts";
import type { ResolvedGatewayOptions } from "../options.ts";

/**
 * The sources of the endpoints: the list given, SRV records, the members
 * themselves. Each later one takes the place of those before.
 */
export class EndpointSources {
  /** The endpoints to start with. */
  readonly first: readonly Target[];
  readonly #options: ResolvedGatewayOptions;
  readonly #discovery: Discovery | undefined;
  readonly #closing: AbortController;
  readonly #clock: Clock;
  #repeater: Repeater | undefined;

  private constructor(
    options: ResolvedGatewayOptions,
    found: {
      readonly first: readonly Target[];
      readonly discovery: Discovery | undefined;
      readonly closing: AbortController;
      readonly clock: Clock;
    },
  ) {
    this.#options = options;
    this.first = found.first;
    this.#discovery = found.discovery;
    this.#closing = found.closing;
    this.#clock = found.clock;
  }

  /** Finds the first endpoints; none of them is the gateway itself. */
  static async open(
    options: ResolvedGatewayOptions,
    { names, clock }: { readonly names: Names; readonly clock: Clock },
  ): Promise<EndpointSources> {
    const { onEvent, targets, signal } = options;
    const closing = new AbortController();
    const looking = signal === undefined
      ? closing.signal
      : AbortSignal.any([closing.signal, signal]);
    const discovery = options.discovery && new Discovery(options.discovery, {
      names,
      timeoutMs: options.dialTimeoutMs,
      clock,
      signal: looking,
      onEvent,
    });
    let first = targets;
    try {
      first = await discovery?.look() ?? targets;
    } catch (error) {
      // Nothing is used in its place that was not asked for.
      if (targets.length === 0 || looking.aborted) throw error;
      onEvent({ type: "fallback", error: error as Error });
    }
    await checkLoops(options.listen, first, { names, signal: looking });
    return new EndpointSources(options, { first, discovery, closing, clock });
  }

  /**
   * Calls `onTargets` with the list as it is now, again and again. `present`
   * gives the addresses of the list in use.
   */
  follow(
    present: () => readonly string[],
    onTargets: (targets: readonly Target[]) => void,
  ): void {
    const { members, refreshMs, onEvent } = this.#options;
    const { signal } = this.#closing;
    const discovery = this.#discovery;
    const source = members ? "members" : "srv";
    const look = members
      ? async () => readMembers(await members(present(), signal))
      : discovery && (() => discovery.look());
    if (look === undefined) return;
    this.#repeater = new Repeater({
      clock: this.#clock,
      intervalMs: refreshMs,
      // The records have just been looked at.
      firstMs: members ? 0 : refreshMs,
      async task() {
        try {
          const targets = await look();
          if (!signal.aborted) onTargets(targets);
        } catch (error) {
          if (signal.aborted) return;
          onEvent({ type: "refresh_failed", source, error: error as Error });
        }
      },
    });
  }

  /** Ends all looking. */
  close(): void {
    this.#repeater?.close();
    this.#closing.abort();
  }
}

function readMembers(endpoints: readonly string[]): Target[] {
  if (endpoints.length === 0) {
    throw new RangeError("Cannot use the list of members: it is empty");
  }
  return parseTargets(endpoints);
}
