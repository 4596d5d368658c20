import { GRPC_CODE } from "../../errors/codes.ts";
import { methods } from "../../proto/methods.ts";
import type { Answer, Inquiry, Question } from "../evidence.ts";
import type {
  CallStatus,
  Clock,
  Transport,
  UnaryAnswer,
} from "../transport/mod.ts";

/** A question as a request, and the meaning of the replies to it. */
interface Wording {
  readonly path: string;
  request(): Uint8Array;
  /** Reads a reply; throws if it is none. */
  read(reply: Uint8Array): Answer;
  /** The codes by which a member refuses that serves all the same. */
  readonly served: ReadonlySet<number>;
}

/** The key that etcd's own health check reads. */
const HEALTH_KEY = new TextEncoder().encode("health");
/** A timeout that is told later than this was held up here. */
const STALL_MS = 50;

/**
 * By these a member says that it cannot serve now: it has no leader or no
 * majority, stands still, is a learner, or goes away.
 */
const NOT_NOW: ReadonlySet<number> = new Set([
  GRPC_CODE.canceled,
  GRPC_CODE.deadlineExceeded,
  GRPC_CODE.unavailable,
]);

const WORDINGS: Readonly<Record<Question, Wording>> = {
  quorum: {
    path: methods.kv.range.path,
    request: () =>
      methods.kv.range.encode({ key: HEALTH_KEY, countOnly: true }),
    read(reply) {
      methods.kv.range.decode(reply);
      return "yes";
    },
    // etcd looks at the user when it has asked the others.
    served: new Set([
      GRPC_CODE.invalidArgument,
      GRPC_CODE.permissionDenied,
      GRPC_CODE.unauthenticated,
    ]),
  },
  leader: {
    path: methods.maintenance.status.path,
    request: () => methods.maintenance.status.encode({}),
    read(reply) {
      const { leader, header } = methods.maintenance.status.decode(reply);
      const id = header?.memberId;
      return id?.low === leader.low && id.high === leader.high ? "yes" : "no";
    },
    served: new Set(),
  },
};

/**
 * Puts a question to a member over its transport. `tell` is called later, once,
 * unless the returned function is called before.
 */
export function inquire(
  transport: Transport | undefined,
  { question, timeoutMs }: Inquiry,
  { clock, tell }: {
    readonly clock: Pick<Clock, "now">;
    tell(answer: Answer): void;
  },
): () => void {
  let canceled = false;
  // It would wait for a stream, and whoever asks would take that for silence.
  if (transport === undefined || transport.freeStreams <= 0) {
    const answer = transport === undefined ? "no" : "no evidence";
    queueMicrotask(() => {
      if (!canceled) tell(answer);
    });
    return () => canceled = true;
  }
  const startedAt = clock.now();
  const { path, request } = WORDINGS[question];
  const call = transport.unary(path, request(), {
    timeoutMs,
    headers: undefined,
    onEnd(end) {
      if (canceled) return;
      const heldUp = clock.now() - startedAt > timeoutMs + STALL_MS;
      tell(answerOf(question, end, { heldUp }));
    },
  });
  return () => {
    canceled = true;
    call.cancel();
  };
}

function answerOf(
  question: Question,
  end: UnaryAnswer,
  { heldUp }: { readonly heldUp: boolean },
): Answer {
  const { read, served } = WORDINGS[question];
  if (!(end instanceof Uint8Array)) {
    if (served.has(end.grpcCode)) return "yes";
    return refusalOf(end, { heldUp });
  }
  try {
    return read(end);
  } catch {
    // No reply of etcd's: nothing can be learned by asking.
    return "unknown";
  }
}

function refusalOf(
  { grpcCode, reach }: CallStatus,
  { heldUp }: { readonly heldUp: boolean },
): Answer {
  if (!NOT_NOW.has(grpcCode)) return "unknown";
  const timedOut = grpcCode === GRPC_CODE.deadlineExceeded;
  // It waited for the peer to read, or for this process.
  return timedOut && (reach === "unsent" || heldUp) ? "no evidence" : "no";
}
