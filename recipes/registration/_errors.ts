import { EtcdError } from "../../errors/etcd_error.ts";
import type { KeyValue } from "../../mod.ts";

/** For a key that another has, with the policy `fail`. */
export function takenError(shown: string): EtcdError {
  return new EtcdError(
    `Cannot register ${shown}: another has put the key (already_exists)`,
    { code: "already_exists", method: "register" },
  );
}

/** For a key that was there and is not any more, or is another's. */
export function missingError(
  shown: string,
  found: KeyValue | undefined,
): EtcdError {
  return found === undefined
    ? new EtcdError(
      `Cannot keep ${shown} registered: the key was deleted (key_not_found)`,
      { code: "key_not_found", method: "register" },
    )
    : new EtcdError(
      `Cannot keep ${shown} registered: another has put the key (already_exists)`,
      { code: "already_exists", method: "register" },
    );
}

/** For what is asked of a registration that has ended. */
export function endedError(shown: string, reason: unknown): EtcdError {
  const why = reason === undefined
    ? "it is closed"
    : "the registration has ended";
  return new EtcdError(`Cannot update ${shown}: ${why} (canceled)`, {
    code: "canceled",
    method: "Registration.update",
    cause: reason,
  });
}
