import {
  ANYTHING,
  COUNT,
  LEASE,
  Signature,
  WAIT_OPTIONS,
} from "../../api/checks/mod.ts";

type Methods =
  | "barrier"
  | "hold"
  | "release"
  | "wait"
  | "doubleBarrier"
  | "enter"
  | "leave";

const SESSION = { session: ANYTHING, ttlSeconds: COUNT };

/** The methods of barriers of both kinds, with their options. */
export const SIGNATURES: Readonly<Record<Methods, Signature>> = {
  barrier: new Signature("barrier", SESSION),
  hold: new Signature("Barrier.hold", { ...WAIT_OPTIONS, lease: LEASE }),
  release: new Signature("Barrier.release", WAIT_OPTIONS),
  wait: new Signature("Barrier.wait", WAIT_OPTIONS),
  doubleBarrier: new Signature("doubleBarrier", { ...SESSION, count: COUNT }),
  enter: new Signature("DoubleBarrier.enter", WAIT_OPTIONS),
  leave: new Signature("Presence.leave", WAIT_OPTIONS),
};
