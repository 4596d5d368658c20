import { responseUnder } from "./_mappings.ts";
import { inTimeSlices, MANY_KEYS } from "../waiting/mod.ts";

type Lists = Readonly<Record<string, readonly unknown[] | undefined>>;

// The lists of responses that may be of any length.
const LISTS = ["kvs", "prevKvs"];
const STEP_KEYS = 2_000;

/** Does {@linkcode responseUnder}; for very many keys, in turns with other work. */
export function responseInTimeSlices<Response>(
  method: string,
  response: Response,
  { prefix, signal }: {
    readonly prefix: Uint8Array;
    readonly signal: AbortSignal | undefined;
  },
): Response | Promise<Response> {
  const long = LISTS.find((name) =>
    ((response as Lists)[name]?.length ?? 0) > MANY_KEYS
  );
  if (long === undefined) return responseUnder(response, { method, prefix });
  return inTimeSlices(
    inSteps(
      response as Lists,
      long,
      (part) => responseUnder(part, { method, prefix }),
    ),
    signal,
  ) as Promise<Response>;
}

/** Maps a response whose list is long: the list piece by piece, and the rest. */
function* inSteps(
  response: Lists,
  long: string,
  map: (part: Lists) => Lists,
): Generator<undefined, Lists> {
  // Derived, as a copy would lose the defaults in the prototype.
  const withList = (message: Lists, list: readonly unknown[]): Lists =>
    Object.assign(Object.create(message), { [long]: list });
  const all = response[long] ?? [];
  const mapped: unknown[] = [];
  for (let at = 0; at < all.length; at += STEP_KEYS) {
    const part = withList(response, all.slice(at, at + STEP_KEYS));
    for (const item of map(part)[long] ?? []) mapped.push(item);
    yield;
  }
  return withList(map(withList(response, [])), mapped);
}
