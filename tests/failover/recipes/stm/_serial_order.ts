/**
 * Transactions as those who made them saw them, and whether there is one order
 * that explains all of it: each falls between its start and its end, and has
 * read exactly what the ones before it have left.
 *
 * The search tries every order that the clock allows, and goes back where a read
 * does not fit. It is exhaustive: where it finds none, there is none.
 */

/** Values by key; a key that is not there has `undefined`. */
export type Values = Readonly<Record<string, string | undefined>>;

/** A transaction, or a run of one that was not done, as a read alone. */
export interface Seen {
  readonly name: string;
  /** The values that it has read; in a range, keys that were not there, too. */
  readonly reads: Values;
  readonly writes: Values;
  readonly startMs: number;
  readonly endMs: number;
  /** Whether it may not have happened, or later than its end. */
  readonly inDoubt?: boolean;
}

interface Node {
  readonly placed: ReadonlySet<number>;
  readonly state: Values;
  readonly order: readonly string[];
}

/**
 * Describes how far an order got that explains the most; nothing if one explains
 * all.
 */
export function disorder(
  seen: readonly Seen[],
  initial: Values = {},
): string | undefined {
  const visited = new Set<string>();
  const nodes: Node[] = [{ placed: new Set(), state: initial, order: [] }];
  let best: Node | undefined;
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const now = afterReads(node, seen);
    const left = seen.filter((one, at) => !one.inDoubt && !now.placed.has(at));
    if (left.length === 0) return undefined;
    const id = idOf(now);
    if (visited.has(id)) continue;
    visited.add(id);
    if (best === undefined || now.placed.size > best.placed.size) best = now;
    nodes.push(...nextNodes(now, seen));
  }
  return describe(best, seen);
}

/** Places what writes nothing and fits: it can only make room. */
function afterReads(node: Node, seen: readonly Seen[]): Node {
  let now = node;
  for (;;) {
    const at = candidates(now, seen).find((one) =>
      Object.keys(seen[one]?.writes ?? {}).length === 0
    );
    if (at === undefined) return now;
    now = place(now, { at, seen });
  }
}

function nextNodes(node: Node, seen: readonly Seen[]): readonly Node[] {
  return candidates(node, seen).map((at) => place(node, { at, seen }));
}

/** Those that may come next: not before one that had ended, and with its reads. */
function candidates(
  { placed, state }: Node,
  seen: readonly Seen[],
): readonly number[] {
  let firstEndMs = Infinity;
  for (const [at, { endMs, inDoubt }] of seen.entries()) {
    if (!inDoubt && !placed.has(at)) firstEndMs = Math.min(firstEndMs, endMs);
  }
  return [...seen.keys()].filter((at) => {
    const one = seen[at];
    return one !== undefined && !placed.has(at) &&
      one.startMs <= firstEndMs && fits(one.reads, state);
  });
}

function fits(reads: Values, state: Values): boolean {
  return Object.entries(reads).every(([key, value]) => state[key] === value);
}

function place(
  { placed, state, order }: Node,
  { at, seen }: { readonly at: number; readonly seen: readonly Seen[] },
): Node {
  const { name = "", writes = {} } = seen[at] ?? {};
  return {
    placed: new Set([...placed, at]),
    state: { ...state, ...writes },
    order: [...order, name],
  };
}

function idOf({ placed, state }: Node): string {
  const values = Object.entries(state).filter(([, value]) => value)
    .sort(([one], [other]) => one < other ? -1 : 1);
  return `${[...placed].sort((a, b) => a - b)} ${JSON.stringify(values)}`;
}

function describe(best: Node | undefined, seen: readonly Seen[]): string {
  const { order = [], state = {}, placed = new Set() } = best ?? {};
  const left = seen.filter((_, at) => !placed.has(at)).map((one) =>
    `${one.name} read ${JSON.stringify(one.reads)}`
  );
  return `no order explains it: after ${order.join(", ")} there is ${
    JSON.stringify(state)
  }, but ${left.join("; ")}`;
}

/**
 * Describes what was read and never written, by none that was done or may have
 * been; of those that are in doubt, only the writes count.
 */
export function unwritten(
  seen: readonly Seen[],
  initial: Values = {},
): readonly string[] {
  const known = new Set<string>();
  for (const values of [initial, ...seen.map(({ writes }) => writes)]) {
    for (const [key, value] of Object.entries(values)) {
      known.add(`${key}=${value}`);
    }
  }
  return seen.filter(({ inDoubt }) => !inDoubt).flatMap(({ name, reads }) =>
    Object.entries(reads)
      .filter(([key, value]) =>
        value !== undefined && !known.has(`${key}=${value}`)
      )
      .map(([key, value]) => `${name} read ${key}=${value}`)
  );
}
