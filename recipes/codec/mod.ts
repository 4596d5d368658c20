/**
 * Codecs: from values to bytes in etcd, and back.
 *
 * @module
 */
export { checkCodec, decodeWith, encodeWith } from "./_use.ts";
export { bytes, type Codec, json, text } from "./codec.ts";
