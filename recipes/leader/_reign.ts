import { onAbort, untilAborted } from "../../api/waiting/mod.ts";
import type { Clock } from "../../api/waiting/mod.ts";
import { TimeoutError } from "../../errors/specific_errors.ts";
import type { Keyspace, Leadership } from "../../mod.ts";
import { isLoss, isWorthRepeating } from "../steps/mod.ts";
import type { Leading, LeadState } from "./types.ts";

/** The time to ask whether a leadership is over that a function failed in. */
const ASK_MS = 5_000;

/** The settings of a function that leads. */
export interface ReignSettings<R> {
  readonly ks: Keyspace;
  /** The name, as errors show it. */
  readonly shown: string;
  readonly run: (leading: Leading) => R | Promise<R>;
  /** `Infinity` for no limit. */
  readonly settleTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  readonly tell: (state: LeadState) => void;
}

/** The end of a function that led. */
export type ReignEnd<R> =
  | { readonly kind: "returned"; readonly value: R }
  /** The function's own error, while it led. */
  | { readonly kind: "failed"; readonly error: unknown }
  /** The leadership is lost, or the loop is to end. */
  | {
    readonly kind: "stopped";
    readonly reason: unknown;
    /** The error that the function threw then. */
    readonly thrown: unknown;
  };

/**
 * Runs the function as long as the leadership lasts, and waits until it has
 * settled.
 *
 * @throws {TimeoutError} If it does not settle in time after its signal.
 */
export async function reign<R>(
  leadership: Leadership,
  settings: ReignSettings<R>,
): Promise<ReignEnd<R>> {
  const { tell, run } = settings;
  const abort = new AbortController();
  const { signal } = abort;
  const unlinks = [leadership.signal, settings.signal].map((one) =>
    onAbort(one, (reason) => abort.abort(reason))
  );
  const { key, revision, guard } = leadership;
  tell({ kind: "leading", revision });
  const settled = settle(async () =>
    await run({
      key,
      revision,
      guard,
      signal,
      proclaim: (value, options) => leadership.proclaim(value, options),
    })
  );
  try {
    const end = await untilSettled(settled, { ...settings, signal });
    if (signal.aborted) {
      const thrown = end.kind === "failed" ? end.error : undefined;
      return { kind: "stopped", reason: signal.reason, thrown };
    }
    if (end.kind === "returned") return end;
    const { error } = end;
    // It may have noticed before the signal comes, as by its guard.
    return passes(error) || await isOver(leadership, settings)
      ? { kind: "stopped", reason: signal.reason ?? error, thrown: error }
      : end;
  } finally {
    for (const unlink of unlinks) unlink();
  }
}

type Settled<R> = Extract<ReignEnd<R>, { kind: "returned" | "failed" }>;

async function settle<R>(run: () => Promise<R>): Promise<Settled<R>> {
  try {
    return { kind: "returned", value: await run() };
  } catch (error) {
    return { kind: "failed", error };
  }
}

/** Waits for the function, and after its signal no longer than it may take. */
async function untilSettled<R>(
  settled: Promise<Settled<R>>,
  { shown, signal, settleTimeoutMs, clock, tell }:
    & Pick<ReignSettings<R>, "shown" | "settleTimeoutMs" | "clock" | "tell">
    & { readonly signal: AbortSignal },
): Promise<Settled<R>> {
  let cancel = () => {};
  const late = new AbortController();
  let isSettled = false;
  const unlink = onAbort(signal, (reason) => {
    if (isSettled) return;
    tell({ kind: "stopping", reason });
    cancel = clock.hold(settleTimeoutMs, () =>
      late.abort(
        new TimeoutError(
          `Cannot lead ${shown}: its function has not settled within ${settleTimeoutMs} ms after its signal (timeout)`,
          { code: "timeout", method: "lead", cause: reason },
        ),
      ));
  });
  try {
    await untilAborted(late.signal, (resolve) => {
      settled.then(() => resolve());
      return () => {};
    });
    isSettled = true;
    return await settled;
  } finally {
    unlink();
    cancel();
  }
}

/** Whether it is an error of etcd after which the next try may fare better. */
function passes(error: unknown): boolean {
  return isLoss(error) || isWorthRepeating(error);
}

/** Whether etcd says that a leadership is over, which it knows first. */
async function isOver<R>(
  { key, revision, signal }: Leadership,
  { ks }: ReignSettings<R>,
): Promise<boolean> {
  if (signal.aborted) return true;
  try {
    const kv = await ks.kv.get(key, { timeoutMs: ASK_MS });
    return kv?.createRevision !== revision;
  } catch {
    // The function's error is the one to tell.
    return signal.aborted;
  }
}
