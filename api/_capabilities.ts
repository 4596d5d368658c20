import type { Picked } from "../balancers/_pick_queue.ts";
import type { Headers, Transport } from "../balancers/_transport.ts";
import { GRPC_CODE } from "../errors/codes.ts";
import { UnsupportedError } from "../errors/specific_errors.ts";
import { untilAborted } from "./_until_aborted.ts";
import { methods } from "../proto/methods.ts";

/** For which call a version is asked for. */
export interface VersionCheck {
  /** The version that is needed, such as `3.7`; none if it is missing. */
  readonly needs?: string | undefined;
  /** What is sent with the call. */
  readonly headers: Headers | undefined;
  /** What the call does, completing "Cannot …". */
  readonly action: string;
  /** The call's method. */
  readonly method: { readonly name: string };
  /** Ends the wait for the answer. */
  readonly signal?: AbortSignal | undefined;
}

// A member that serves at all answers this in milliseconds.
const ANSWER_MS = 5_000;

// By transport: a member that was replaced by another version has a new one.
const versions = new WeakMap<Transport, Promise<string | undefined>>();

/**
 * Resolves if the member has a version or a later one. It is asked once for
 * each connection. One that does not tell counts as older.
 *
 * @throws {UnsupportedError} If it has not.
 */
export async function requireVersion(
  { transport, connection: { endpoint } }: Picked,
  { needs, headers, action, method, signal }: VersionCheck,
): Promise<void> {
  if (needs === undefined) return;
  let asked = versions.get(transport);
  if (asked === undefined) {
    asked = askVersion(transport, headers);
    versions.set(transport, asked);
  }
  const version =
    await (signal === undefined ? asked : orAborted(asked, signal));
  if (version === undefined) versions.delete(transport);
  else if (isAtLeast(version, needs)) return;
  const state = version === undefined
    ? `${endpoint} does not tell its version`
    : `${endpoint} has etcd ${version}`;
  throw new UnsupportedError(
    `Cannot ${action}: ${state} (unsupported, needs etcd ${needs})`,
    {
      code: "unsupported",
      grpcCode: GRPC_CODE.unimplemented,
      endpoint,
      method: method.name,
      needs: `etcd ${needs}`,
    },
  );
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return untilAborted(signal, (resolve, reject) => {
    work.then(resolve, reject);
    return () => {};
  });
}

function askVersion(
  transport: Transport,
  headers: Headers | undefined,
): Promise<string | undefined> {
  const { path, encode, decode } = methods.maintenance.status;
  const settings = { timeoutMs: ANSWER_MS, headers };
  return new Promise((resolve) => {
    transport.unary(path, encode({}), settings, (reply) => {
      try {
        resolve(reply && decode(reply).version);
      } catch {
        // What is no status tells no version.
        resolve(undefined);
      }
    });
  });
}

/** Whether a version such as `3.5.16` is `3.5` or later. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [have, need] = [version, wanted].map((text) =>
    text.split(".").map(Number)
  );
  for (const [at, number] of need?.entries() ?? []) {
    const own = have?.[at] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}
