import type {
  CallStatus,
  Headers,
  Transport,
  UnaryAnswer,
} from "../../balancers/transport/mod.ts";
import { classify } from "../../errors/classify.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { isStaleToken } from "../../errors/judge.ts";
import { methods } from "../../proto/methods.ts";

/** The answer of a member that was asked for its version. */
export type VersionAnswer =
  | { readonly kind: "version"; readonly version: string }
  /** The member answers without a version. */
  | { readonly kind: "unknown" }
  /** The member serves nothing now. */
  | { readonly kind: "silent" }
  /** The connection is lost or the user refused: the call will meet it too. */
  | { readonly kind: "same fate" };

// A member that serves at all answers this in milliseconds.
const ANSWER_MS = 5_000;

// A member of any version says one of these, or nothing, when it cannot serve.
const PASSING: ReadonlySet<number> = new Set([
  GRPC_CODE.unavailable,
  GRPC_CODE.deadlineExceeded,
]);

// By transport: a member that was replaced by another version has a new one.
const answers = new WeakMap<Transport, Promise<VersionAnswer>>();

/**
 * Asks for the version of the member at the other end: once for a connection,
 * unless the answer was no version.
 */
export async function memberVersion(
  transport: Transport,
  headers: Headers | undefined,
): Promise<VersionAnswer> {
  let asked = answers.get(transport);
  if (asked === undefined) {
    asked = askVersion(transport, headers);
    answers.set(transport, asked);
  }
  const answer = await asked;
  if (answer.kind !== "version" && answers.get(transport) === asked) {
    answers.delete(transport);
  }
  return answer;
}

function askVersion(
  transport: Transport,
  headers: Headers | undefined,
): Promise<VersionAnswer> {
  const { path, encode } = methods.maintenance.status;
  return new Promise((resolve) => {
    transport.unary(path, encode({}), {
      timeoutMs: ANSWER_MS,
      headers,
      onEnd: (answer) => resolve(toVersionAnswer(answer, transport)),
    });
  });
}

function toVersionAnswer(
  answer: UnaryAnswer,
  { ready }: Transport,
): VersionAnswer {
  const failed = !(answer instanceof Uint8Array);
  // Late patches of etcd tell their status to users only.
  if (!ready || (failed && isRefusedUser(answer))) return { kind: "same fate" };
  if (failed) {
    return { kind: PASSING.has(answer.grpcCode) ? "silent" : "unknown" };
  }
  try {
    const { version } = methods.maintenance.status.decode(answer);
    return { kind: "version", version };
  } catch {
    return { kind: "unknown" };
  }
}

function isRefusedUser({ grpcCode, details }: CallStatus): boolean {
  const { code } = classify({
    grpcCode,
    details,
    reach: "answered",
    disconnected: false,
    ownDeadline: false,
  });
  return isStaleToken(code) || code === "user_empty";
}
