import type { Picked } from "../../balancers/pool/mod.ts";
import { describeWait } from "../../balancers/dial/mod.ts";
import type { Clock, Headers } from "../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import {
  TimeoutError,
  UnavailableError,
  UnsupportedError,
} from "../../errors/specific_errors.ts";
import { untilAborted } from "../waiting/mod.ts";
import { untilDeadline } from "./_deadline.ts";
import { memberVersion, type VersionAnswer } from "./_member_version.ts";

/** The call that needs a version of the server. */
export interface VersionCheck {
  /** The version that is needed, such as `3.7`; missing for any. */
  readonly needs?: string | undefined;
  /** The headers of the call. */
  readonly headers: Headers | undefined;
  /** Completes "Cannot …" in errors. */
  readonly action: string;
  /** The method of the call. */
  readonly method: { readonly name: string };
  /** Ends the call. */
  readonly signal?: AbortSignal | undefined;
  /** The time of the call; missing for a stream, which has no limit. */
  readonly limit?: TimeLimit;
}

/** The time a call has, on a clock. */
interface TimeLimit {
  readonly clock: Pick<Clock, "now" | "hold">;
  readonly deadlineAt: number;
  readonly timeoutMs: number;
}

/**
 * Resolves if the member has a version or a later one. A member that does not
 * tell its version counts as older.
 *
 * @throws {UnsupportedError} If it has not.
 * @throws {UnavailableError} If it cannot answer now.
 * @throws {TimeoutError} If it does not answer before the call's deadline.
 */
export async function requireVersion(
  picked: Picked,
  check: VersionCheck,
): Promise<void> {
  const { needs } = check;
  if (needs === undefined) return;
  const answer = await askBeforeDeadline(picked, check);
  switch (answer.kind) {
    case "same fate":
      return;
    case "version":
      if (isAtLeast(answer.version, needs)) return;
      throw tooOldError(picked, check, { state: `has etcd ${answer.version}` });
    case "unknown":
      throw tooOldError(picked, check, { state: "does not tell its version" });
    case "silent":
      throw new UnavailableError(
        `Cannot ${check.action}: ${silence(picked)} (unavailable)`,
        {
          code: "unavailable",
          grpcCode: GRPC_CODE.unavailable,
          ...whatAndWhere(picked, check),
          retryable: true,
        },
      );
  }
}

function askBeforeDeadline(
  picked: Picked,
  check: VersionCheck,
): Promise<VersionAnswer> {
  const { signal, headers, limit } = check;
  const { transport } = picked;
  const ask = () => memberVersion(transport, headers);
  if (limit === undefined) {
    return untilAborted(signal, (resolve, reject) => {
      ask().then(resolve, reject);
      return () => {};
    });
  }
  return untilDeadline({
    ...limit,
    signal,
    late: () =>
      new TimeoutError(
        `Cannot ${check.action}: ${
          silence(picked)
        } within ${limit.timeoutMs} ms (timeout)`,
        {
          code: "timeout",
          grpcCode: GRPC_CODE.deadlineExceeded,
          ...whatAndWhere(picked, check),
          retryable: true,
        },
      ),
  }, ask);
}

/** Says that there was no answer, and whether it had to wait for a stream. */
function silence({ transport, connection: { endpoint } }: Picked): string {
  return transport.freeStreams > 0
    ? `${endpoint} did not tell its version`
    : `${
      describeWait(transport.maxStreams, endpoint)
    } to ask for its version, and got none`;
}

function tooOldError(
  picked: Picked,
  check: VersionCheck,
  { state }: { readonly state: string },
): UnsupportedError {
  const { endpoint } = picked.connection;
  return new UnsupportedError(
    `Cannot ${check.action}: ${endpoint} ${state} (unsupported, needs etcd ${check.needs})`,
    {
      code: "unsupported",
      grpcCode: GRPC_CODE.unimplemented,
      ...whatAndWhere(picked, check),
      needs: `etcd ${check.needs}`,
    },
  );
}

function whatAndWhere({ connection }: Picked, { method }: VersionCheck) {
  return { endpoint: connection.endpoint, method: method.name };
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
