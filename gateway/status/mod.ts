/**
 * The HTTP server for status and metrics.
 *
 * @module
 */
export { StatusServer } from "./_server.ts";
