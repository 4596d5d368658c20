import {
  CALL_OPTIONS,
  COUNT,
  LEASE,
  SIGNAL,
  Signature,
  WAIT_OPTIONS,
} from "../checks/mod.ts";

type Methods =
  | "session"
  | "lock"
  | "tryLock"
  | "campaign"
  | "resume"
  | "observe";

/** The methods of sessions, with their options. */
export const SIGNATURES: Readonly<Record<Methods, Signature>> = {
  session: new Signature("session", {
    ...CALL_OPTIONS,
    ttlSeconds: COUNT,
    lease: LEASE,
  }),
  lock: new Signature("Session.lock", WAIT_OPTIONS),
  tryLock: new Signature("Session.tryLock", WAIT_OPTIONS),
  campaign: new Signature("Session.campaign", WAIT_OPTIONS),
  resume: new Signature("Session.resume", WAIT_OPTIONS),
  observe: new Signature("Session.observe", { signal: SIGNAL }),
};
