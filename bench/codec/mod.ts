/**
 * The codec beside protobuf-es.
 *
 * @module
 */
export { type CodecMeasured, measureCodec } from "./codec.ts";
