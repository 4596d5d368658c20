import {
  ANYTHING,
  checkTimeoutMs,
  FUNCTION,
  Signature,
  WAIT_OPTIONS,
} from "../../api/checks/mod.ts";
import { SYSTEM_CLOCK, withDeadline } from "../../api/waiting/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { Key, KeyRange, Keyspace } from "../../mod.ts";
import { LiveView, type ViewSettings, viewSettings } from "../view/mod.ts";
import type {
  CodecWaitForOptions,
  WaitCondition,
  WaitForOptions,
} from "./types.ts";

const WAIT_FOR = new Signature("waitFor", {
  codec: ANYTHING,
  onInvalid: FUNCTION,
  ...WAIT_OPTIONS,
});

/**
 * Waits until a condition on a key or a range holds. The condition is a function
 * of a view of them; it is called at once, and again after each change. Until it
 * holds it gives `undefined`, `null` or `false`; the wait resolves to the first
 * other value.
 *
 * No change is missed between looking and waiting. A state that has passed when
 * etcd tells of it does not count: the condition is about what is.
 *
 * ```ts
 * import type { Client } from "@etcdeno/client";
 * import { waitFor } from "@etcdeno/client/recipes";
 *
 * async function result(client: Client): Promise<string> {
 *   const key = "jobs/7/result";
 *   return await waitFor(client, key, (view) => view.get(key));
 * }
 * ```
 *
 * Throws what the condition throws, the reason of a `signal` that is aborted,
 * and the reason for which a view ends.
 *
 * @throws {InvalidOptionError} If an argument or option is not acceptable, or
 * the condition gives a promise.
 * @throws {CodecError} If a value does not decode, and there is no `onInvalid`.
 * @throws {TimeoutError} If `timeoutMs` is over.
 */
export function waitFor<T, R>(
  ks: Keyspace,
  keyOrRange: Key | KeyRange,
  condition: WaitCondition<T, R>,
  options: CodecWaitForOptions<T>,
): Promise<R>;
/** The same for values that are text. */
export function waitFor<R>(
  ks: Keyspace,
  keyOrRange: Key | KeyRange,
  condition: WaitCondition<string, R>,
  options?: WaitForOptions,
): Promise<R>;
export async function waitFor<T, R>(
  ks: Keyspace,
  keyOrRange: Key | KeyRange,
  condition: WaitCondition<T, R>,
  options: WaitForOptions & Partial<CodecWaitForOptions<T>> = {},
): Promise<R> {
  const { settings, timeoutMs } = WAIT_FOR.take(options, () => {
    if (typeof condition !== "function") {
      throw new InvalidOptionError("condition", condition, {
        expected: "a function",
      });
    }
    const { codec, onInvalid } = options;
    return {
      settings: viewSettings<T>(ks, keyOrRange, {
        ...(codec && { codec }),
        onInvalid,
      }),
      timeoutMs: checkTimeoutMs("timeoutMs", options.timeoutMs ?? false),
    };
  });
  const { signal } = options;
  const action = () => `wait for a condition on ${shown(settings)}`;
  return await withDeadline(
    { signal, timeoutMs, action },
    (context) => untilTrue(condition, { ...settings, signal: context.signal }),
  );
}

async function untilTrue<T, R>(
  condition: WaitCondition<T, R>,
  settings: ViewSettings<T>,
): Promise<R> {
  const view = new LiveView(settings, SYSTEM_CLOCK);
  try {
    await view.start();
    const changes = view.changes({ buffer: { policy: "coalesce" } });
    for (;;) {
      const result = condition(view);
      if (result !== undefined && result !== null && result !== false) {
        return checked(result);
      }
      const { value: update } = await changes.next();
      if (settings.onInvalid !== undefined) continue;
      for (const change of update?.changes ?? []) {
        if (change.type === "invalid") throw change.error;
      }
    }
  } finally {
    await view.close();
  }
}

function checked<R>(result: R): R {
  // It would count as true, whatever becomes of it.
  if (!(result instanceof Promise)) return result;
  result.catch(() => {});
  throw new InvalidOptionError("condition", result, {
    expected: "a function that gives no promise",
    shown: "one that does",
    method: "waitFor",
  });
}

function shown<T>({ range: { key, rangeEnd } }: ViewSettings<T>): string {
  const text = JSON.stringify(new TextDecoder().decode(key));
  return rangeEnd === undefined ? text : `the keys from ${text} on`;
}
