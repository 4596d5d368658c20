import * as grpc from "@grpc/grpc-js";
import type { Endpoint } from "./_endpoint.ts";
import { channelCredentials, type TlsOptions } from "./_grpc_credentials.ts";
import { type Capture, captureSockets } from "./_grpc_sockets.ts";

/** What all transports of a client share. */
export interface GrpcDialOptions {
  /** TLS settings for `https` endpoints. */
  readonly tls: TlsOptions | undefined;
  /** HTTP/2 pings while a call or stream is open. */
  readonly keepAlive: false | {
    readonly timeMs: number;
    readonly timeoutMs: number;
  };
}

// The longest time a timer can wait for.
const NEVER = 2_147_483_647;

const COMMON: grpc.ChannelOptions = {
  // One TCP connection per channel: grpc-js would share them otherwise.
  "grpc.use_local_subchannel_pool": 1,
  // Repeating calls is the retry loop's, which knows what is safe.
  "grpc.enable_retries": 0,
  "grpc.service_config_disable_resolution": 1,
  "grpc.enable_http_proxy": 0,
  "grpc.enable_channelz": 0,
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  "grpc.client_idle_timeout_ms": NEVER,
  // The backoff is ours as well. The shortest one here, as its timer outlives
  // a closed channel.
  "grpc.initial_reconnect_backoff_ms": 1,
  "grpc.max_reconnect_backoff_ms": 1,
};

/** Opens a channel to one endpoint; `onClose` is called as sockets close. */
export function openChannel(
  endpoint: Endpoint,
  { tls, keepAlive }: GrpcDialOptions,
  onClose: () => void,
): { readonly channel: grpc.Channel; readonly capture: Capture } {
  const { credentials, channelOptions } = channelCredentials(endpoint, tls);
  const capture = captureSockets(credentials, onClose);
  const channel = new grpc.Channel(endpoint.target, credentials, {
    ...COMMON,
    ...channelOptions,
    ...pingOptions(keepAlive),
  });
  return { channel, capture };
}

function pingOptions(
  keepAlive: GrpcDialOptions["keepAlive"],
): grpc.ChannelOptions {
  return keepAlive === false ? {} : {
    "grpc.keepalive_time_ms": keepAlive.timeMs,
    "grpc.keepalive_timeout_ms": keepAlive.timeoutMs,
    // etcd answers pings on an idle connection with GOAWAY too_many_pings.
    "grpc.keepalive_permit_without_calls": 0,
  };
}
