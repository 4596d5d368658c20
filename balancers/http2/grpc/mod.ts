/**
 * gRPC over HTTP/2: messages in DATA, the fields of requests and responses.
 *
 * @module
 */
export {
  loneMessage,
  MessageReader,
  type MessageSink,
  PREFIX_BYTES,
} from "./_framing.ts";
export {
  MAX_HEADERS_BYTES,
  RequestBlocks,
  type RequestScope,
} from "./_request_blocks.ts";
export { resetStatus, ResponseHead } from "./_response.ts";
