import type { Picked } from "../../balancers/pool/mod.ts";
import { guardedListener } from "../../balancers/pool/mod.ts";
import type { Clock, Headers } from "../../balancers/transport/mod.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import type { Intercepted, InterceptedEnd, Interception } from "../call/mod.ts";
import type { StreamListener, StreamSettings } from "./_open_stream.ts";

/** A stream that is about to be opened. */
export interface StreamToOpen {
  readonly method: { readonly name: string };
  readonly picked: Picked;
  readonly settings: Pick<StreamSettings, "action" | "signal">;
}

/** A stream that the interceptor has let go on, and runs around. */
export interface InterceptedStream {
  /** The headers that it adds. */
  readonly headers: Headers | undefined;
  /** Makes a listener that tells the interceptor of the end. */
  listener<Response>(
    listener: StreamListener<Response>,
  ): StreamListener<Response>;
  /** Tells the interceptor that the owner has ended the stream. */
  onCancel(): void;
  /** Tells the interceptor that it was not opened. */
  giveUp(): void;
}

/** Has the interceptor run around a stream; resolves when it lets it go on. */
export async function interceptStream(
  interception: Interception,
  { method, picked, settings }: StreamToOpen,
  { clock, timeoutMs }: {
    readonly clock: Pick<Clock, "now">;
    /** The time that the interceptor has, in milliseconds. */
    readonly timeoutMs: number;
  },
): Promise<InterceptedStream> {
  const { endpoint } = picked.connection;
  const { action, signal } = settings;
  const around = await interception.begin({
    method: method.name,
    kind: "stream",
    endpoint,
    attempt: 1,
    request: undefined,
  }, { action, signal, timeoutMs, deadlineAt: clock.now() + timeoutMs });
  return followed(around, { endpoint, clock });
}

function followed(
  around: Intercepted,
  { endpoint, clock }: {
    readonly endpoint: string;
    readonly clock: Pick<Clock, "now">;
  },
): InterceptedStream {
  const startedAt = clock.now();
  // The stream has its end: what the interceptor makes of it changes nothing.
  const tell = guardedListener(
    "interceptor",
    (end: InterceptedEnd) => around.leave(end),
  );
  const ended = () => ({ endpoint, durationMs: clock.now() - startedAt });
  const done = () =>
    tell({ kind: "answered", response: undefined, ...ended() });
  return {
    headers: around.headers,
    listener: (listener) => ({
      onMessage: (message) => listener.onMessage(message),
      onEnd: (error: EtcdError) => {
        const { code, message: reason } = error;
        tell({ kind: "failed", code, reason, ...ended() });
        listener.onEnd(error);
      },
      ...listener.onDone && {
        onDone: () => {
          done();
          listener.onDone?.();
        },
      },
    }),
    onCancel: done,
    giveUp: () => around.giveUp(new Error("Cannot open the stream here")),
  };
}
