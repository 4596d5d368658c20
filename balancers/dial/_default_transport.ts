import type { TransportName } from "../transport/mod.ts";

/**
 * The transport that carries calls if no other is asked for.
 *
 * In a file of its own, so that tests can be run over the other one: with
 * `--transport`, the tasks put another module in its place.
 */
export const DEFAULT_TRANSPORT: TransportName = "http2";
