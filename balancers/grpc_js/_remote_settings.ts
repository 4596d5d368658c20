import type { Http2Session, Settings } from "node:http2";

/**
 * Tells the settings of a session's peer, each time they arrive.
 *
 * This is no listener, as grpc-js removes all of them when the first SETTINGS
 * arrive.
 */
export function onRemoteSettings(
  session: Http2Session,
  tell: (settings: Settings) => void,
): void {
  const { emit } = session;
  session.emit = (event: string, ...args: unknown[]) => {
    if (event === "remoteSettings") tell(args[0] as Settings);
    return Reflect.apply(emit, session, [event, ...args]);
  };
}
