/**
 * Header compression, HPACK (RFC 7541).
 *
 * @module
 */
export { HpackDecoder } from "./_decoder.ts";
export { type HeaderTemplate, HpackEncoder } from "./_encoder.ts";
export type { Field } from "./_static_table.ts";
