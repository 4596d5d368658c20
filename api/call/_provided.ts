import { createError } from "../../errors/specific_errors.ts";
import { isHeaderValue } from "./_credentials.ts";
import type { Provided } from "./auth_options.ts";

/**
 * The value itself, or the one that its function gives.
 *
 * @throws {AuthError} If the function fails, or gives what the option refuses.
 */
export async function provided(
  option: string,
  value: Provided,
): Promise<string> {
  if (typeof value === "string") return value;
  let given: unknown;
  try {
    given = await value();
  } catch (cause) {
    throw createError(
      `Cannot authenticate: the function in '${option}' has failed: ${
        cause instanceof Error ? cause.message : String(cause)
      }`,
      {
        code: "unauthenticated",
        // Streams ask again: a lease has time until its TTL is over.
        retryable: true,
        cause,
      },
    );
  }
  const wrong = (state: string) =>
    createError(
      `Cannot authenticate: the function in '${option}' returned ${state}`,
      { code: "unauthenticated" },
    );
  // An empty password goes to the server, which may refuse it.
  if (given === "" && option === "auth.password") return given;
  if (typeof given !== "string" || given === "") {
    const what = given === "" ? "an empty string" : typeof given;
    throw wrong(`${what}, not a string of at least one character`);
  }
  if (!given.isWellFormed()) {
    throw wrong("half a surrogate pair, which UTF-8 cannot carry");
  }
  if (option === "auth.token" && !isHeaderValue(given)) {
    throw wrong("a line break or a character other than printable ASCII");
  }
  return given;
}
