import type * as GrpcJs from "@grpc/grpc-js";

let loaded: typeof GrpcJs | undefined;

/**
 * Loads grpc-js. No file of this room imports it but for its types: whoever has
 * not installed it can still bundle the client.
 */
export async function loadGrpc(): Promise<void> {
  // The `catch` tells a bundler that the package may be missing.
  loaded = await import("@grpc/grpc-js").catch((error: unknown) => {
    throw error;
  });
}

/** The package, which {@linkcode loadGrpc} has loaded. */
export function grpc(): typeof GrpcJs {
  if (loaded === undefined) throw new Error("Cannot dial: grpc-js not loaded");
  return loaded;
}
