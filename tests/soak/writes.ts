import type { History } from "../harness/history.ts";
import type { WindowReport } from "./_protocol.ts";

/** All that etcd has of a window. */
export type Truth = Pick<History, "revisions" | "faults">;

const TOLD = 20;

/** Holds what the client said of its writes and its watches against etcd. */
export class WriteJudge {
  /** Tokens of writes that must not be applied, of every window. */
  readonly #refused = new Set<string>();

  /** What is wrong with a window; `truth` has all its revisions. */
  judge(report: WindowReport, truth: Truth): readonly string[] {
    const written = new Map<string, Set<bigint>>();
    for (const [revision, events] of truth.revisions) {
      for (const event of events) {
        const token = event.split(" ")[3] ?? "";
        const at = written.get(token) ?? new Set();
        written.set(token, at.add(revision));
      }
    }
    for (const token of report.refused) this.#refused.add(token);
    const wrong = [
      ...truth.faults,
      ...report.acked
        .filter(({ token, revision }) =>
          !written.get(token)?.has(BigInt(revision))
        )
        .map(({ token, revision }) =>
          `the write ${token} was acknowledged at ${revision}, and is not there`
        ),
      ...[...written.keys()].filter((token) => this.#refused.has(token))
        .map((token) =>
          `the write ${token} was said not to be applied, and was`
        ),
      ...[...written].filter(([token, at]) => token !== "" && at.size > 1)
        .map(([token, at]) =>
          `the write ${token} was applied ${at.size} times`
        ),
      ...differences(new Map(report.revisions), truth),
    ];
    return wrong.slice(0, TOLD);
  }
}

function differences(
  own: ReadonlyMap<string, readonly string[]>,
  truth: Truth,
): readonly string[] {
  const found: string[] = [];
  for (const [revision, events] of truth.revisions) {
    const had = own.get(String(revision));
    if (had === undefined) found.push(`a watch has a gap at ${revision}`);
    else if (had.join() !== events.join()) {
      found.push(`a watch has [${had}] at ${revision}, and not [${events}]`);
    }
  }
  for (const revision of own.keys()) {
    if (!truth.revisions.has(BigInt(revision))) {
      found.push(`a watch has ${revision}, which never was`);
    }
  }
  return found;
}
