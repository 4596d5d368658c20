/** What the heap holds, without what waits for the collector. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collects all garbage, and returns how many bytes are left. */
export function heldBytes(): number {
  // Contexts that are made from now on have it.
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return Deno.memoryUsage().heapUsed;
}
