import type { Channel, ChannelOptions } from "@grpc/grpc-js";
import {
  type Clock,
  type Endpoint,
  LONGEST_MS,
  MAX_MESSAGE_BYTES,
  type PingOptions,
  type PingPace,
  type ResolvedTls,
} from "../transport/mod.ts";
import { channelCredentials } from "./_credentials.ts";
import {
  DIAL_LISTENER,
  type DialListener,
  ONE_DIAL_OPTIONS,
} from "./_one_dial.ts";
import { type Capture, captureSockets } from "./_capture.ts";
import { grpc } from "./_package.ts";

/** The options that all transports of a client share. */
export interface GrpcDialOptions {
  /** TLS settings for `https` endpoints. */
  readonly tls: ResolvedTls | undefined;
  /** The pings, if there are any. */
  readonly pings: PingPace | undefined;
  /** The time. */
  readonly clock: Clock;
}

// grpc-js starts a timer with each dial and stops it if that succeeds; this
// long it may outlive a channel that is closed.
const BACKOFF_MS = 1;

/**
 * The time after a failed dial in which grpc-js may still have a timer running.
 */
export const LINGER_MS = 3;

// For `getConnectivityState`: begin to connect.
const CONNECT = true;

const COMMON: ChannelOptions = {
  // One TCP connection per channel: grpc-js would share them otherwise.
  "grpc.use_local_subchannel_pool": 1,
  // Repeating calls is the retry loop's, which knows what is safe.
  "grpc.enable_retries": 0,
  "grpc.service_config_disable_resolution": 1,
  "grpc.enable_http_proxy": 0,
  "grpc.enable_channelz": 0,
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": -1,
  "grpc.client_idle_timeout_ms": LONGEST_MS,
  // A channel makes one connection; dialling again is the sub-connection's.
  ...ONE_DIAL_OPTIONS,
  "grpc.initial_reconnect_backoff_ms": BACKOFF_MS,
  "grpc.max_reconnect_backoff_ms": BACKOFF_MS,
};

/** The owner of a channel, told how its connection goes. */
export interface ChannelListener extends DialListener {
  /** The peer has told how many streams it allows. */
  maxStreams(): void;
  /** A socket has closed. */
  socketClosed(): void;
}

/** Opens a channel that makes one connection, from the next call on. */
export function openChannel(
  endpoint: Endpoint,
  { tls, pings }: Omit<GrpcDialOptions, "clock">,
  listener: ChannelListener,
): { readonly channel: Channel; readonly capture: Capture } {
  const { credentials, channelOptions, tls: peer } = channelCredentials(
    endpoint,
    tls,
  );
  const ping = pings?.current;
  const capture = captureSockets(credentials, {
    tls: peer,
    onTooManyPings: () => ping && pings?.tooMany(ping),
    onMaxStreams: () => listener.maxStreams(),
    onClose: () => listener.socketClosed(),
  });
  const channel = new (grpc().Channel)(endpoint.target, credentials, {
    ...COMMON,
    ...channelOptions,
    ...pingOptions(ping),
    [DIAL_LISTENER]: listener,
  });
  return { channel, capture };
}

/** Makes a channel begin to connect. */
export function connect(channel: Channel): void {
  channel.getConnectivityState(CONNECT);
}

function pingOptions(ping: PingOptions | undefined): ChannelOptions {
  return ping === undefined ? {} : {
    "grpc.keepalive_time_ms": ping.timeMs,
    "grpc.keepalive_timeout_ms": ping.timeoutMs,
    // etcd answers pings on an idle connection with GOAWAY too_many_pings.
    "grpc.keepalive_permit_without_calls": 0,
  };
}
