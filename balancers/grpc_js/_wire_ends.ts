import type { experimental, Metadata } from "@grpc/grpc-js";
import { type ObservedStream, takeOpened } from "./_http2_streams.ts";

type Subchannel = experimental.SubchannelInterface;

/** The end of a failed call, as it was on the wire. */
export interface WireEnd {
  /** The code its stream was reset with, if it was. */
  readonly resetCode: number | undefined;
  /** The call's stream, if it got one and the session is observed. */
  readonly stream: ObservedStream | undefined;
}

// grpc-js drops this on the way up, but hands the same metadata object through.
const ENDS = new WeakMap<Metadata, WireEnd>();

/**
 * Keeps how the calls on a subchannel ended on the wire, if they failed.
 * grpc-js turns much of it into statuses that servers give, too.
 *
 * The subchannel must be its channel's alone. Should a release of grpc-js lose
 * this hook, a test fails, and no call counts as unprocessed.
 */
export function observeEnds(subchannel: Subchannel): void {
  const real = subchannel.getRealSubchannel();
  const create = real.createCall.bind(real);
  real.createCall = (...args) => {
    const [, , , listener] = args;
    const onReceiveStatus = listener.onReceiveStatus.bind(listener);
    listener.onReceiveStatus = (status) => {
      if (status.code !== 0) {
        // NO_ERROR is how streams end that are not reset.
        const resetCode = status.rstCode || undefined;
        ENDS.set(status.metadata, { resetCode, stream });
      }
      onReceiveStatus(status);
    };
    takeOpened();
    const call = create(...args);
    // No status comes before this.
    const stream = takeOpened();
    return call;
  };
}

/**
 * The end on the wire of the call that ended with this metadata, if it is
 * known.
 */
export function wireEndOf(metadata: Metadata): WireEnd | undefined {
  return ENDS.get(metadata);
}
