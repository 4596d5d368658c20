import {
  CALL_OPTIONS,
  COUNT,
  type OptionKinds,
  SIGNAL,
  Signature,
  TIMEOUT_MS,
} from "../checks/mod.ts";

const WAIT: OptionKinds = { signal: SIGNAL, timeoutMs: TIMEOUT_MS };

type Methods =
  | "session"
  | "lock"
  | "tryLock"
  | "campaign"
  | "observe"
  | "unlock"
  | "proclaim"
  | "resign";

/** The methods of sessions, locks and leaderships, with their options. */
export const SIGNATURES: Readonly<Record<Methods, Signature>> = {
  session: new Signature("session", { ...CALL_OPTIONS, ttlSeconds: COUNT }),
  lock: new Signature("Session.lock", WAIT),
  tryLock: new Signature("Session.tryLock", WAIT),
  campaign: new Signature("Session.campaign", WAIT),
  observe: new Signature("Session.observe", { signal: SIGNAL }),
  unlock: new Signature("Lock.unlock", WAIT),
  proclaim: new Signature("Leadership.proclaim", CALL_OPTIONS),
  resign: new Signature("Leadership.resign", WAIT),
};
