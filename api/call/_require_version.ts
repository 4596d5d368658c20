import type { Picked } from "../../balancers/pool/mod.ts";
import { describeWait } from "../../balancers/dial/mod.ts";
import type {
  CallStatus,
  Headers,
  Transport,
  UnaryAnswer,
} from "../../balancers/transport/mod.ts";
import { classify } from "../../errors/classify.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { isStaleToken } from "../../errors/judge.ts";
import {
  TimeoutError,
  UnavailableError,
  UnsupportedError,
} from "../../errors/specific_errors.ts";
import { within } from "./_deadline.ts";
import { methods } from "../../proto/methods.ts";

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
  /** So does this time, if the call has one, and how long that was. */
  readonly deadlineAt?: number;
  /** The timeout that led to it. */
  readonly timeoutMs?: number;
}

// A member that serves at all answers this in milliseconds.
const ANSWER_MS = 5_000;

// What a member of any version says, or does not, when it cannot serve.
const PASSING: ReadonlySet<number> = new Set([
  GRPC_CODE.unavailable,
  GRPC_CODE.deadlineExceeded,
]);

// By transport: a member that was replaced by another version has a new one.
const versions = new WeakMap<Transport, Promise<Told>>();

/**
 * A version; or that the call will meet what kept it from being told; or that
 * the member serves nothing now.
 */
type Told = string | "same fate" | "no answer" | undefined;

/**
 * Resolves if the member has a version or a later one. It is asked once for
 * each connection. One that does not tell counts as older.
 *
 * @throws {UnsupportedError} If it has not.
 * @throws {UnavailableError} If it cannot answer now.
 * @throws {TimeoutError} If it does not answer before the call's deadline.
 */
export async function requireVersion(
  { transport, connection: { endpoint } }: Picked,
  check: VersionCheck,
): Promise<void> {
  const { needs, action } = check;
  if (needs === undefined) return;
  const method = check.method.name;
  const { signal, deadlineAt = Infinity } = check;
  // What nobody answers may wait for a stream.
  const silence = () =>
    transport.freeStreams > 0
      ? `${endpoint} did not tell its version`
      : `${
        describeWait(transport.maxStreams, endpoint)
      } to ask for its version, and got none`;
  const version = await within(
    { signal, deadlineAt },
    () => versionOf(transport, check.headers),
    () =>
      new TimeoutError(
        `Cannot ${action}: ${silence()} within ${check.timeoutMs} ms (timeout)`,
        {
          code: "timeout",
          grpcCode: GRPC_CODE.deadlineExceeded,
          endpoint,
          method,
          retryable: true,
        },
      ),
  );
  switch (version) {
    case "same fate":
      versions.delete(transport);
      return;
    case "no answer":
      versions.delete(transport);
      throw new UnavailableError(
        `Cannot ${action}: ${silence()} (unavailable)`,
        {
          code: "unavailable",
          grpcCode: GRPC_CODE.unavailable,
          endpoint,
          method,
          retryable: true,
        },
      );
    case undefined:
      versions.delete(transport);
      break;
    default:
      if (isAtLeast(version, needs)) return;
  }
  const state = version === undefined
    ? `${endpoint} does not tell its version`
    : `${endpoint} has etcd ${version}`;
  throw new UnsupportedError(
    `Cannot ${action}: ${state} (unsupported, needs etcd ${needs})`,
    {
      code: "unsupported",
      grpcCode: GRPC_CODE.unimplemented,
      endpoint,
      method,
      needs: `etcd ${needs}`,
    },
  );
}

/** What it has told, or is asked for now. */
function versionOf(
  transport: Transport,
  headers: Headers | undefined,
): Promise<Told> {
  let asked = versions.get(transport);
  if (asked === undefined) {
    asked = askVersion(transport, headers);
    versions.set(transport, asked);
  }
  return asked;
}

function askVersion(
  transport: Transport,
  headers: Headers | undefined,
): Promise<Told> {
  const { path, encode } = methods.maintenance.status;
  return new Promise((resolve) => {
    transport.unary(path, encode({}), {
      timeoutMs: ANSWER_MS,
      headers,
      onEnd: (answer) => resolve(toldBy(answer, transport)),
    });
  });
}

function toldBy(answer: UnaryAnswer, { ready }: Transport): Told {
  const failed = !(answer instanceof Uint8Array);
  // A lost connection, and a user who is refused, are dealt with where the
  // call itself meets them: late patches want a user to tell their status.
  if (!ready || (failed && isRefusedUser(answer))) return "same fate";
  if (failed) return PASSING.has(answer.grpcCode) ? "no answer" : undefined;
  try {
    return methods.maintenance.status.decode(answer).version;
  } catch {
    // What is no status tells no version.
    return undefined;
  }
}

function isRefusedUser({ grpcCode, details }: CallStatus): boolean {
  const { code } = classify({
    grpcCode,
    details,
    sent: true,
    disconnected: false,
    ownDeadline: false,
  });
  return isStaleToken(code) || code === "user_empty";
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
