import {
  type Clock,
  type Dial,
  isDenied,
  type PingPace,
  type ResolvedTls,
} from "../transport/mod.ts";
import { type Awaited, deferredDial, type ReplacingDial } from "./_deferred.ts";

/** Makes a dial of settings. */
export type MakeDial<Made> = (options: {
  readonly tls: ResolvedTls | undefined;
  readonly pings: PingPace | undefined;
  readonly clock: Clock;
}) => Made;

const PACKAGE = "@grpc/grpc-js";
// Of `import`, and of `require`, which bundlers may make of it.
const NOT_FOUND: ReadonlySet<unknown> = new Set([
  "ERR_MODULE_NOT_FOUND",
  "MODULE_NOT_FOUND",
]);
const LOADING: Awaited = {
  late: (timeoutMs) => `${PACKAGE} was not loaded within ${timeoutMs} ms`,
  failed(error) {
    const reason = `cannot load ${PACKAGE}: ${error.message}`;
    // Node and Bun install it only for those who ask for it.
    if ("code" in error && NOT_FOUND.has(error.code)) {
      return { kind: "package", reason, name: PACKAGE };
    }
    // It reads variables as it is loaded, and needs none of them.
    return isDenied(error)
      ? { kind: "permission", reason, flag: "--ignore-env" }
      : { kind: "other", reason };
  },
};

/**
 * Dials over grpc-js, which is loaded where it is chosen: it takes time and
 * memory, and reads the environment.
 */
export function grpcJs(clock: Clock): MakeDial<ReplacingDial> {
  let loaded: MakeDial<Dial> | undefined;
  const loading = import("../grpc_js/mod.ts")
    .then(async ({ loadGrpcDial }) => loaded = await loadGrpcDial());
  // Each dial tells of it.
  loading.catch(() => {});
  return (options) => (endpoint, settings) => {
    const dial: ReplacingDial = loaded?.(options) ??
      deferredDial(async () => (await loading)(options), clock, {
        awaited: LOADING,
      });
    return dial(endpoint, settings);
  };
}
