import type { Run } from "./_program.ts";

/** What most programs are told, by variables. */
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
