import type { EtcdError } from "../../errors/etcd_error.ts";
import { createError } from "../../errors/specific_errors.ts";

/** Puts the user's name in the error, unless its class has more fields. */
export function withUsername(
  error: EtcdError,
  given: { readonly username: string; readonly password: string },
): EtcdError {
  const text = error.message.replace(
    /^Cannot authenticate:/,
    `Cannot authenticate as ${JSON.stringify(given.username)}:`,
  ) + (error.code === "auth_failed" ? lineBreakHint(given) : "");
  const again = createError(text, {
    code: error.code,
    grpcCode: error.grpcCode,
    endpoint: error.endpoint,
    method: error.method,
    retryable: error.retryable,
    attempts: error.attempts,
    cause: error.cause,
  });
  return again.constructor === error.constructor ? again : error;
}

/**
 * A hint at the line break that ends a file: the server may have refused it. It
 * is sent all the same, as it could be the password's own.
 */
function lineBreakHint(given: Readonly<Record<string, string>>): string {
  const names = Object.keys(given).filter((name) =>
    /[\r\n]$/.test(given[name] ?? "")
  );
  if (names.length === 0) return "";
  const options = names.map((name) => `'auth.${name}'`).join(" and ");
  return `; ${options} ended with a line break, which was sent as well: trim what comes from a file`;
}
