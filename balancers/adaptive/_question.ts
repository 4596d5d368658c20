import type { Answer } from "../evidence.ts";
import type { PoolView } from "../strategy.ts";
import type { SubConnection } from "../sub_connection.ts";
import { wait } from "./_patience.ts";

// Long enough for a member that has to wait for a new leader: etcd puts the
// question to it again every half second.
const ANSWER_MS = 2_000;

/** The time limit of a question for a quorum, and whom it tells. */
export interface QuestionSettings {
  /** The time after which an answer is overdue, in milliseconds. */
  readonly overdueMs: number;
  /** Called once if there is no answer by then; it may still come. */
  readonly onOverdue: () => void;
  /** Called with the answer, and the time it took. */
  readonly onAnswer: (answer: Answer, tookMs: number) => void;
}

/** Asks a member whether it has a quorum; returns what cancels that. */
export function askForQuorum(
  pool: PoolView,
  connection: SubConnection,
  settings: QuestionSettings,
): () => void {
  const { overdueMs, onOverdue, onAnswer } = settings;
  const askedAtMs = pool.now();
  const inquiry = { question: "quorum", timeoutMs: ANSWER_MS } as const;
  const stop = pool.ask(connection, inquiry, (answer) => {
    stopWaiting();
    onAnswer(answer, pool.now() - askedAtMs);
  });
  const stopWaiting = wait(pool, { ms: overdueMs, onOver: onOverdue });
  return () => {
    stopWaiting();
    stop();
  };
}
