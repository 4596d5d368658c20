/** The ends of calls, where it is this side that says so. */
import { GRPC_CODE } from "../../../errors/codes.ts";
import { type CallStatus, MAX_MESSAGE_BYTES } from "../../transport/mod.ts";
import { shownText } from "../frames/mod.ts";

/** Of an answer that is whole. */
export const OK: CallStatus = {
  grpcCode: GRPC_CODE.ok,
  details: "",
  reach: "answered",
};

/** Of a call that nobody waits for any more. */
export const CANCELED: CallStatus = {
  grpcCode: GRPC_CODE.canceled,
  details: "Canceled by the caller",
  reach: "unanswered",
};

/** Of a call that has no time left. */
export const OUT_OF_TIME: CallStatus = {
  grpcCode: GRPC_CODE.deadlineExceeded,
  details: "Deadline exceeded",
  reach: "unanswered",
};

/** Of an answer that is none. */
export function invalidAnswer(details: string): CallStatus {
  return { grpcCode: GRPC_CODE.internal, details, reach: "unanswered" };
}

/** Of an answer with a message in an encoding that was not asked for. */
export function compressed(encoding: string): CallStatus {
  const by = encoding === ""
    ? "without a name for how"
    : `with ${shownText(encoding)}`;
  return invalidAnswer(
    `The server compressed a message ${by}, which it was not asked for`,
  );
}

/** Of an answer with a message that is said to have so many bytes. */
export function tooLarge(bytes: number): CallStatus {
  return {
    grpcCode: GRPC_CODE.resourceExhausted,
    // The words of grpc-js.
    details:
      `Received message larger than max (${bytes} vs ${MAX_MESSAGE_BYTES})`,
    reach: "unanswered",
  };
}

/** Of an answer that ends without its status. */
export const MISSING: CallStatus = invalidAnswer(
  "The server ended its answer without a status",
);
