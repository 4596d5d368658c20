import { constants } from "node:http2";
import type { experimental, Metadata } from "@grpc/grpc-js";

type Subchannel = experimental.SubchannelInterface;

// grpc-js drops what tells a reset from other ends on the way up, but hands
// the same metadata object through.
const RESETS = new WeakMap<Metadata, number>();

/**
 * Keeps which calls on a subchannel ended as their streams were reset, and by
 * which code; grpc-js turns some codes into statuses that servers give, too.
 *
 * The subchannel must be its channel's alone. Should a release of grpc-js lose
 * this hook, a test fails, and no call counts as refused.
 */
export function observeResets(subchannel: Subchannel): void {
  const real = subchannel.getRealSubchannel();
  const create = real.createCall.bind(real);
  real.createCall = (metadata, host, method, listener, callId) => {
    const onReceiveStatus = listener.onReceiveStatus.bind(listener);
    listener.onReceiveStatus = (status) => {
      // NO_ERROR is how streams end that are not reset.
      if (status.rstCode) RESETS.set(status.metadata, status.rstCode);
      onReceiveStatus(status);
    };
    return create(metadata, host, method, listener, callId);
  };
}

/**
 * Whether the call that ended with this metadata was refused: its stream was
 * reset with REFUSED_STREAM, or was above the last one of a GOAWAY. HTTP/2
 * promises that the server has not looked at it.
 */
export function wasRefused(metadata: Metadata): boolean {
  return RESETS.get(metadata) === constants.NGHTTP2_REFUSED_STREAM;
}

/** Whether the stream of the call that ended with this metadata was reset. */
export function wasReset(metadata: Metadata): boolean {
  return RESETS.has(metadata);
}
