import { UnavailableError } from "../../errors/specific_errors.ts";

/** The error of an item of which nobody can know what has become of it. */
export function doubtError(
  action: string,
  { key, cause }: { readonly key: Uint8Array; readonly cause: unknown },
): UnavailableError {
  const shown = JSON.stringify(new TextDecoder().decode(key));
  return new UnavailableError(
    `Cannot ${action}: the answer about ${shown} was lost, and the session that would tell has ended; it may have been applied`,
    { code: "connection_lost", maybeCommitted: true, cause },
  );
}
