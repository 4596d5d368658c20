import type { Run } from "./program.ts";

/** The variables that tell most programs their work. */
export function variables(
  { endpoints, operation, count, inFlight, ca = "" }: Run,
): Record<string, string> {
  return {
    EP: endpoints.join(),
    OP: operation.overTls ?? operation.name,
    CA: ca,
    N: String(count),
    C: String(inFlight),
  };
}
