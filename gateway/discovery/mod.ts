/**
 * The endpoints by DNS, read again and again.
 *
 * @module
 */
export { EndpointSources } from "./_sources.ts";
