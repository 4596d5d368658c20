/** The strategies, for one who meets them in a report. */

/** A strategy in two sentences, without their full stops. */
export interface StrategyNote {
  readonly name: string;
  /** The design of the strategy: what it does. */
  readonly design: string;
  /** When to take it. */
  readonly take: string;
}

/** The origin of the strategies, where it is known what they are. */
export const STRATEGIES_ORIGIN =
  "etcdeno, the etcd client for Deno, Node and Bun, has four strategies: three designs of etcd's own client in Go, and one that goes by evidence";

/** The introduction to strategies, before the first of them is told. */
export const STRATEGIES_INTRO: string =
  `A balancer strategy decides which members of a cluster a client connects to, and which member a call goes to. ${STRATEGIES_ORIGIN}`;

/** The section of the README that helps to choose, on the package's page. */
export const CHOOSING_URL =
  "https://jsr.io/@etcdeno/client#choosing-a-balancer";

const NOTES: readonly StrategyNote[] = [
  {
    name: "grpc1.23",
    design: "Connects to every member, and each call goes to the next one",
    take:
      "Take this one, the default: the load is even, and a fault of one member of three stops one call in three at most",
  },
  {
    name: "adaptive",
    design:
      "Connects to every member, and each call goes to the next one that was seen to serve; a late read is sent to a second one",
    take:
      "Take it if no read may fail, and no watch may fall silent, because of one member that hangs; it is new",
  },
  {
    name: "grpc1.7",
    design:
      "Connects to one member, and leaves it when a call to it times out or fails",
    take:
      "Take it if a silent member must not cost more than one call, or if connections must be few",
  },
  {
    name: "grpc1.0",
    design:
      "Connects to every member, but uses one until the connection to it is lost",
    take:
      "To compare with, not to run: behind a silent member every call fails",
  },
];

/** The notes on the strategies that are compared, the one to take first. */
export function strategyNotes(
  strategies: readonly string[],
): readonly StrategyNote[] {
  return NOTES.filter(({ name }) => strategies.includes(name));
}
