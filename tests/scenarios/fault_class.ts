/** The classes of faults: what goes wrong, whatever is called meanwhile. */

/** The words of a class of faults. */
export interface FaultClassWords {
  /** A headline: `A member falls silent`. */
  readonly title: string;
  /** What its faults have in common, as a part of a sentence. */
  readonly about: string;
}

/** The class of a fault, as one word. */
export type FaultClass =
  | "silent"
  | "isolated"
  | "leader"
  | "stopped"
  | "cut"
  | "refused"
  | "slow"
  | "nobody"
  | "none";

/** Every class of faults, in the order in which reports have them. */
export const FAULT_CLASSES: Readonly<Record<FaultClass, FaultClassWords>> = {
  silent: {
    title: "A member falls silent",
    about:
      "connections to one of several members stay open, and no answer comes",
  },
  isolated: {
    title: "A member loses the others",
    about: "clients reach it, but it cannot reach the rest of the cluster",
  },
  leader: {
    title: "The leader is lost",
    about: "the leader is frozen, or cut off from the others",
  },
  stopped: {
    title: "Members stop and start",
    about: "members end, by SIGTERM or SIGKILL, and may be started again",
  },
  cut: {
    title: "Connections are cut",
    about: "connections or single streams are reset while the members are well",
  },
  refused: {
    title: "An endpoint is down",
    about: "one of several endpoints refuses connections, or is replaced",
  },
  slow: {
    title: "Members are slow",
    about: "answers come late, or a member pauses again and again",
  },
  nobody: {
    title: "No member can serve",
    about:
      "every endpoint is down, or the majority is lost: no strategy has a choice",
  },
  none: {
    title: "No fault",
    about: "a steady state, or a fault of the caller's own",
  },
};

/** All of them, in their order. */
export const FAULT_CLASS_NAMES: readonly FaultClass[] = Object.keys(
  FAULT_CLASSES,
) as FaultClass[];
