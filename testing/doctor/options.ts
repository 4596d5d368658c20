import type {
  AuthOptions,
  ClientOptions,
  TlsOptions,
  TlsProvider,
} from "../../mod.ts";
import {
  ANYTHING,
  checkMs,
  checkOptions,
  FUNCTION,
  SIGNAL,
} from "../../api/checks/mod.ts";

/** Options of an examination. */
export interface DiagnoseOptions {
  /** As those of a client. */
  readonly tls?: TlsOptions | TlsProvider | undefined;
  /** As those of a client. */
  readonly auth?: AuthOptions | undefined;
  /** As that of a client. @default {"http2"} */
  readonly transport?: ClientOptions["transport"];
  /**
   * The time that each question may take, in milliseconds. A member that is
   * silent costs about four times that.
   *
   * @default {3000}
   */
  readonly timeoutMs?: number | undefined;
  /**
   * The time for which a stream is left alone through each endpoint, in
   * milliseconds, to see whether something in between ends it. nginx does after
   * 60 s.
   *
   * @default {not tried}
   */
  readonly idleMs?: number | undefined;
  /** Ends the examination with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The time now, by which certificates are judged. @default {Date.now} */
  readonly nowMs?: (() => number) | undefined;
}

/** The settings of an examination: the options, with defaults. */
export interface Settings {
  /** The part that every client of it is made with. */
  readonly client: Pick<ClientOptions, "auth" | "tls" | "transport">;
  readonly timeoutMs: number;
  readonly idleMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly nowMs: () => number;
}

/**
 * The settings of options that are acceptable; those that are a client's are
 * checked by the client.
 *
 * @throws {InvalidOptionError} If an option is not acceptable.
 */
export function settingsOf(options: DiagnoseOptions): Settings {
  checkOptions("options", options, {
    tls: ANYTHING,
    auth: ANYTHING,
    transport: ANYTHING,
    timeoutMs: ANYTHING,
    idleMs: ANYTHING,
    signal: SIGNAL,
    nowMs: FUNCTION,
  });
  const { tls, auth, transport, timeoutMs, idleMs, signal } = options;
  return {
    client: { tls, auth, transport },
    timeoutMs: checkMs("timeoutMs", timeoutMs ?? 3_000),
    idleMs: idleMs === undefined ? undefined : checkMs("idleMs", idleMs),
    signal,
    nowMs: options.nowMs ?? Date.now,
  };
}
