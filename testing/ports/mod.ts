/**
 * Ports of 127.0.0.1.
 *
 * @module
 */
export { PortBlock, type PortRange, retryOnTakenPort } from "./_block.ts";
export { listen, ListeningPort } from "./listening_port.ts";
