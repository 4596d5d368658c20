import { constants } from "node:http2";
import type { experimental, Metadata } from "@grpc/grpc-js";

type Subchannel = experimental.SubchannelInterface;

// grpc-js drops what tells a refusal from other ends on the way up, but hands
// the same metadata object through.
const REFUSED = new WeakSet<Metadata>();

/**
 * Keeps which calls on a subchannel were refused: their streams were reset
 * with REFUSED_STREAM, or were above the last one of a GOAWAY. HTTP/2 promises
 * that the server has not looked at them.
 *
 * The subchannel must be its channel's alone. Should a release of grpc-js lose
 * this hook, a test fails, and no call counts as refused.
 */
export function observeRefusals(subchannel: Subchannel): void {
  const real = subchannel.getRealSubchannel();
  const create = real.createCall.bind(real);
  real.createCall = (metadata, host, method, listener, callId) => {
    const onReceiveStatus = listener.onReceiveStatus.bind(listener);
    listener.onReceiveStatus = (status) => {
      if (status.rstCode === constants.NGHTTP2_REFUSED_STREAM) {
        REFUSED.add(status.metadata);
      }
      onReceiveStatus(status);
    };
    return create(metadata, host, method, listener, callId);
  };
}

/** Whether the call that ended with this metadata was refused. */
export function wasRefused(metadata: Metadata): boolean {
  return REFUSED.has(metadata);
}
