import type { Answer, Inquiry } from "../../../balancers/evidence.ts";
import type { SubConnection } from "../../../balancers/sub_connection.ts";

/** A health probe that waits for the test's answer. */
export interface FakeProbe {
  readonly connection: SubConnection;
  readonly timeoutMs: number;
  canceled: boolean;
  /** Answers, unless it was answered or canceled before. */
  answer(healthy: boolean): void;
}

/** A question that waits for the test's answer. */
export interface FakeInquiry extends Inquiry {
  readonly connection: SubConnection;
  readonly askedAtMs: number;
  state: "open" | "answered" | "canceled";
  /** Answers, unless it was answered or canceled before. */
  answer(answer: Answer): void;
}

/** A probe; `tell` is called with the answer, once. */
export function makeProbe(
  about: Pick<FakeProbe, "connection" | "timeoutMs">,
  tell: (healthy: boolean) => void,
): FakeProbe {
  let answered = false;
  const probe: FakeProbe = {
    ...about,
    canceled: false,
    answer: (healthy) => {
      if (probe.canceled || answered) return;
      answered = true;
      tell(healthy);
    },
  };
  return probe;
}

/** A question; `tell` is called with the answer, once. */
export function makeInquiry(
  about: Omit<FakeInquiry, "state" | "answer">,
  tell: (answer: Answer) => void,
): FakeInquiry {
  const inquiry: FakeInquiry = {
    ...about,
    state: "open",
    answer: (answer) => {
      if (inquiry.state !== "open") return;
      inquiry.state = "answered";
      tell(answer);
    },
  };
  return inquiry;
}
