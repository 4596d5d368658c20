import type { connectivityState, experimental } from "@grpc/grpc-js";
import type { Clock } from "../transport/mod.ts";
import { grpc } from "./_package.ts";
import { observeEnds } from "./_wire_ends.ts";

type LoadBalancer = experimental.LoadBalancer;
type Helper = experimental.ChannelControlHelper;
type Subchannel = experimental.SubchannelInterface;
type StateListener = experimental.ConnectivityStateListener;
type Addresses = Parameters<LoadBalancer["updateAddressList"]>[0];
type ChannelOptions = Parameters<LoadBalancer["updateAddressList"]>[2];

/** The owner of a channel, told how its dial goes. Nothing follows a `down`. */
export interface DialListener {
  /** The time. */
  readonly clock: Clock;
  /** The connection is there. */
  ready(): void;
  /** The connection could not be made, or is lost. */
  down(reason: string): void;
}

/** The channel option that carries the listener. */
export const DIAL_LISTENER = "etcdeno.dial_listener";

/** The channel options that make a channel dial once. */
export const ONE_DIAL_OPTIONS: { readonly [option: string]: string } = {
  "grpc.service_config": JSON.stringify({
    loadBalancingConfig: [{ etcdeno_one_dial: {} }],
  }),
};

const NAME = "etcdeno_one_dial";

interface Watched {
  readonly listener: StateListener;
  /** Ends its dial. */
  readonly dial: AbortController;
}

interface SubchannelState {
  readonly state: connectivityState;
  /** Why the subchannel has failed, if it has. */
  readonly error: string | undefined;
}

// How long an address may take before the next one is tried beside it.
const STAGGER_MS = 250;

/**
 * Makes one connection, to whichever of a name's addresses answers first, and
 * nothing more: no second dial, no backoff.
 *
 * grpc-js's own policy (pick_first) dials again on its own while it is being
 * closed, leaves timers behind, and tells why a dial failed only to a call
 * that fails for it (1.14.7).
 */
class OneDial implements LoadBalancer {
  readonly #helper: Helper;
  readonly #subchannels = new Map<Subchannel, Watched>();
  #listener: DialListener | undefined;
  #started = 0;
  #failed = 0;
  #picked: Subchannel | undefined;
  #stopTimer = () => {};

  constructor(helper: Helper) {
    this.#helper = helper;
  }

  updateAddressList(
    addresses: Addresses,
    _config: unknown,
    options: ChannelOptions,
  ): boolean {
    if (this.#listener !== undefined) return true;
    this.#listener = options[DIAL_LISTENER] as DialListener;
    if (!addresses.ok) {
      this.#down(addresses.error.details);
      return true;
    }
    for (const address of addresses.value.flatMap((host) => host.addresses)) {
      const dial = new AbortController();
      // grpc-js gives up no TCP connection that is being made, and hands the
      // address to `net.connect` as it is.
      const subchannel = this.#helper.createSubchannel(
        Object.assign({ signal: dial.signal }, address),
        options,
      );
      subchannel.ref();
      // The listener is told of the inner subchannel, not of this one.
      const listener: StateListener = (...[, , state, , error]) =>
        this.#onState(subchannel, { state, error });
      subchannel.addConnectivityStateListener(listener);
      this.#subchannels.set(subchannel, { listener, dial });
    }
    const { connectivityState, experimental } = grpc();
    const queue = new experimental.QueuePicker(this);
    this.#helper.updateState(connectivityState.CONNECTING, queue, null);
    this.#startNext();
    return true;
  }

  exitIdle(): void {}

  resetBackoff(): void {}

  destroy(): void {
    this.#stopTimer();
    for (const subchannel of this.#subchannels.keys()) this.#drop(subchannel);
  }

  getTypeName(): string {
    return NAME;
  }

  #startNext(): void {
    this.#stopTimer();
    const clock = this.#listener?.clock;
    const subchannel = [...this.#subchannels.keys()][this.#started++];
    if (subchannel === undefined || clock === undefined) return;
    subchannel.startConnecting();
    this.#stopTimer = clock.schedule(STAGGER_MS, () => {
      this.#startNext();
    });
  }

  #onState(
    subchannel: Subchannel,
    { state, error }: SubchannelState,
  ): void {
    const { READY, TRANSIENT_FAILURE } = grpc().connectivityState;
    if (this.#picked !== undefined) {
      if (state !== READY) this.#down("the connection was lost");
    } else if (state === READY) {
      this.#pick(subchannel);
    } else if (state === TRANSIENT_FAILURE) {
      this.#failed++;
      if (this.#failed < this.#subchannels.size) this.#startNext();
      else this.#down(error ?? "no reason given");
    }
  }

  #pick(subchannel: Subchannel): void {
    this.#stopTimer();
    this.#picked = subchannel;
    observeEnds(subchannel);
    for (const other of this.#subchannels.keys()) {
      if (other !== subchannel) this.#drop(other);
    }
    const { connectivityState: { READY }, experimental } = grpc();
    const complete: experimental.PickResult = {
      pickResultType: experimental.PickResultType.COMPLETE,
      subchannel,
      status: null,
      onCallStarted: null,
      onCallEnded: null,
    };
    const queue = new experimental.QueuePicker(this);
    // grpc-js picks again, at once and for ever, while it is given one that
    // is not ready.
    const pick: experimental.Picker["pick"] = (args) =>
      subchannel.getConnectivityState() === READY ? complete : queue.pick(args);
    this.#helper.updateState(READY, { pick }, null);
    this.#listener?.ready();
  }

  #down(reason: string): void {
    const listener = this.#listener;
    const wasPicked = this.#picked !== undefined;
    this.destroy();
    // Its calls have to end: a lost channel keeps them until it is closed,
    // which the listener does.
    const { connectivityState, experimental } = grpc();
    this.#helper.updateState(
      wasPicked ? connectivityState.IDLE : connectivityState.TRANSIENT_FAILURE,
      wasPicked
        ? new experimental.QueuePicker(this)
        : new experimental.UnavailablePicker({ details: reason }),
      reason,
    );
    listener?.down(reason);
  }

  #drop(subchannel: Subchannel): void {
    const watched = this.#subchannels.get(subchannel);
    if (watched === undefined) return;
    this.#subchannels.delete(subchannel);
    subchannel.removeConnectivityStateListener(watched.listener);
    subchannel.unref();
    // The one that was picked may have calls, and ends by itself.
    if (subchannel !== this.#picked) watched.dial.abort();
  }
}

/** The configuration of {@linkcode OneDial}, which has none. */
class OneDialConfig {
  getLoadBalancerName(): string {
    return NAME;
  }

  toJsonObject(): object {
    return { [NAME]: {} };
  }

  static createFromJson(): OneDialConfig {
    return new OneDialConfig();
  }
}

/**
 * Hands the policy to grpc-js, which finds them by name in a table of its own;
 * there is no other way. The name is ours alone.
 */
export function defineOneDial(): void {
  const { experimental } = grpc();
  experimental.registerLoadBalancerType(NAME, OneDial, OneDialConfig);
}
