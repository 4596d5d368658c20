/**
 * The sources of the endpoints: a list, SRV records, the members.
 *
 * @module
 */
export { EndpointSources } from "./_sources.ts";
