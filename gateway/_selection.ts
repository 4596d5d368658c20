/**
 * The choice of the endpoint that the next connection goes to.
 *
 * The balancer strategies of the client decide over standing connections, wait
 * for one to become ready, and learn from the calls on it. A gateway has none
 * of the three: it dials when a client comes, and sees no calls. So it has a
 * contract of its own, one function over the endpoints that may be tried.
 */

/** An endpoint, as far as a selection knows it. */
export interface Candidate {
  /** The weight of its SRV record; 0 for an endpoint from a list. */
  readonly weight: number;
}

/**
 * Chooses one of the candidates: never none, all of one priority, in the order
 * of the list.
 */
export type Selection = <T extends Candidate>(candidates: readonly T[]) => T;

/** The names of the selections that come with the gateway. */
export type SelectionName = "failover" | "roundRobin" | "weighted";

/** The names in {@linkcode SelectionName}, the default first. */
export const SELECTION_NAMES: readonly [SelectionName, ...SelectionName[]] = [
  "failover",
  "roundRobin",
  "weighted",
];

/** RFC 2782 wants a very small chance for weight 0; this is upstream's. */
const WEIGHTLESS_SHARE = 0.01;

/** Makes a selection, which remembers what it has chosen. */
export function createSelection(
  name: SelectionName,
  random: () => number,
): Selection {
  switch (name) {
    case "failover":
      return failover(random);
    case "roundRobin":
      return roundRobin();
    case "weighted":
      return (candidates) => drawWeighted(candidates, random);
  }
}

/**
 * Chooses the same candidate until it may not be tried any more, then another:
 * one drawn by weight where there are weights, otherwise the first.
 */
function failover(random: () => number): Selection {
  let current: Candidate | undefined;
  return <T extends Candidate>(candidates: readonly T[]): T => {
    const kept = candidates.find((candidate) => candidate === current);
    const chosen = kept ??
      (candidates.some(({ weight }) => weight > 0)
        ? drawWeighted(candidates, random)
        : first(candidates));
    current = chosen;
    return chosen;
  };
}

/** Chooses each in turn: the candidate whose turn is longest ago. */
function roundRobin(): Selection {
  const turns = new WeakMap<Candidate, number>();
  let turn = 0;
  return <T extends Candidate>(candidates: readonly T[]): T => {
    const last = (candidate: T) => turns.get(candidate) ?? 0;
    const chosen = candidates.reduce((best, candidate) =>
      last(candidate) < last(best) ? candidate : best
    );
    turns.set(chosen, ++turn);
    return chosen;
  };
}

/** Draws by RFC 2782: in proportion to the weights; evenly if all are 0. */
function drawWeighted<T extends Candidate>(
  candidates: readonly T[],
  random: () => number,
): T {
  const weighted = candidates.filter(({ weight }) => weight > 0);
  const weightless = candidates.filter(({ weight }) => weight === 0);
  if (weighted.length === 0) return drawEvenly(weightless, random);
  if (weightless.length > 0 && random() < WEIGHTLESS_SHARE) {
    return drawEvenly(weightless, random);
  }
  const sum = weighted.reduce((total, { weight }) => total + weight, 0);
  let left = random() * sum;
  for (const candidate of weighted) {
    left -= candidate.weight;
    if (left < 0) return candidate;
  }
  // Rounding may leave nothing over, which is the last one's share.
  return first(weighted.slice(-1));
}

function drawEvenly<T>(candidates: readonly T[], random: () => number): T {
  const index = Math.floor(random() * candidates.length);
  return first(candidates.slice(index));
}

function first<T>(candidates: readonly T[]): T {
  const [chosen] = candidates;
  if (chosen === undefined) {
    throw new RangeError("Cannot choose an endpoint: there is none");
  }
  return chosen;
}
