import type * as X509 from "@peculiar/x509";
import { TestingError } from "../errors/mod.ts";

let loading: Promise<typeof X509> | undefined;

/**
 * Loads the library that makes certificates, once. On Node and Bun only those
 * who want TLS install it.
 *
 * @throws {TestingError} If it is not there.
 */
export function loadX509(): Promise<typeof X509> {
  return loading ??= load();
}

async function load(): Promise<typeof X509> {
  try {
    // The other one looks for what this adds.
    await import("reflect-metadata");
    return await import("@peculiar/x509");
  } catch (cause) {
    throw new TestingError(
      "Cannot make certificates: a package that does is not installed",
      {
        reason: "package",
        help: ["npm install --save-dev @peculiar/x509 reflect-metadata"],
        cause,
      },
    );
  }
}
