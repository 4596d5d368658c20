/** The name of a transport, which carries the calls of a client. */
export type TransportName = "http2" | "grpc-js";

/** Every name of one. */
export const TRANSPORT_NAMES: readonly TransportName[] = ["http2", "grpc-js"];
