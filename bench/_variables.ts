import type { Run } from "./_program.ts";

/** What most programs are told, by variables. */
export function variables(
  { endpoints, operation, count, inFlight }: Run,
): Record<string, string> {
  return {
    EP: endpoints.join(),
    OP: operation.name,
    N: String(count),
    C: String(inFlight),
  };
}
