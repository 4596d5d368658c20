/**
 * The meaning of the headers and trailers of a gRPC answer (gRPC over HTTP/2,
 * "Responses"; RFC 9113, 8.3.2).
 */
import { type CallStatus, grpcCodeOfHttp } from "../../transport/mod.ts";
import { GRPC_CODE } from "../../../errors/codes.ts";
import {
  CANCEL,
  ENHANCE_YOUR_CALM,
  errorName,
  INADEQUATE_SECURITY,
  REFUSED_STREAM,
  shownText,
} from "../frames/mod.ts";
import { FieldRules } from "./_field_rules.ts";

const HTTP_OK = 200;
/** The status that HTTP/2 does not have (RFC 9113, 8.6). */
const SWITCHING_PROTOCOLS = 101;

// What gRPC makes of an error code of HTTP/2; the others are INTERNAL.
const GRPC_CODE_OF_RESET: Readonly<Record<number, number>> = {
  [REFUSED_STREAM]: GRPC_CODE.unavailable,
  [CANCEL]: GRPC_CODE.canceled,
  [ENHANCE_YOUR_CALM]: GRPC_CODE.resourceExhausted,
  [INADEQUATE_SECURITY]: GRPC_CODE.permissionDenied,
};

/**
 * The fields of one header block that mean something here. One object serves a
 * whole connection.
 */
export class ResponseHead {
  /** 0 if the block has none, or one that is no number of three digits. */
  httpStatus = 0;
  contentType = "";
  /** `grpc-encoding`; empty if nothing is said. */
  encoding = "";
  /** Missing if the block has none. */
  grpcStatus: string | undefined = undefined;
  #grpcMessage = "";
  readonly #rules = new FieldRules();

  /** Before another block. */
  reset(): void {
    this.httpStatus = 0;
    this.contentType = "";
    this.encoding = "";
    this.grpcStatus = undefined;
    this.#grpcMessage = "";
    this.#rules.reset();
  }

  /**
   * Takes a field; the last one of a name counts. `grpc-status-details-bin` is
   * passed over: etcd sends none, and what it would say is in `grpc-message`.
   */
  onField(name: string, value: string): void {
    this.#rules.check(name, value);
    switch (name) {
      case ":status":
        this.httpStatus = /^[1-9]\d\d$/.test(value) ? Number(value) : 0;
        return;
      case "content-type":
        this.contentType = value;
        return;
      case "grpc-status":
        this.grpcStatus = value;
        return;
      case "grpc-message":
        this.#grpcMessage = value;
        return;
      case "grpc-encoding":
        this.encoding = value;
    }
  }

  /** The fault that makes these headers malformed, if any (8.1.1, 8.3.2). */
  headersFault(after: "more" | "nothing"): string | undefined {
    const { fault, status } = this.#rules;
    if (fault !== undefined) return fault;
    if (status === undefined) return "there is no ':status'";
    if (this.httpStatus === 0) return `':status' is ${shownText(status)}`;
    if (this.httpStatus === SWITCHING_PROTOCOLS) return "':status' is 101";
    return this.isInformational && after === "nothing"
      ? `':status' is ${status}, and no answer follows`
      : undefined;
  }

  /** The fault that makes these trailers malformed, if any (8.1). */
  get trailersFault(): string | undefined {
    const { fault, status } = this.#rules;
    return fault ??
      (status === undefined ? undefined : "':status' is of headers");
  }

  /** The bytes of DATA that `content-length` says there are. */
  get contentLength(): number | undefined {
    const { length } = this.#rules;
    return length === undefined ? undefined : Number(length);
  }

  /** Whether more headers follow, and these are no answer (RFC 9110, 15.2). */
  get isInformational(): boolean {
    return this.httpStatus >= 100 && this.httpStatus < HTTP_OK;
  }

  /** Whether it begins an answer of gRPC. */
  get isGrpc(): boolean {
    return this.httpStatus === HTTP_OK && isGrpcType(this.contentType);
  }

  /** The status that the trailers give; only if there is a `grpcStatus`. */
  get status(): CallStatus {
    const { grpcStatus = "" } = this;
    return {
      // Of all else, `Number` would make some code, and 0 of nothing.
      grpcCode: /^(0|[1-9]\d*)$/.test(grpcStatus)
        ? Number(grpcStatus)
        : GRPC_CODE.unknown,
      details: percentDecoded(this.#grpcMessage),
      reach: "answered",
      ...(this.httpStatus !== 0 && this.httpStatus !== HTTP_OK &&
        { httpStatus: this.httpStatus }),
    };
  }

  /** The status of an answer that is HTTP's, and none of gRPC. */
  get foreignStatus(): CallStatus {
    const { httpStatus, contentType } = this;
    const isGrpc = isGrpcType(contentType);
    const type = httpStatus === HTTP_OK && contentType !== "" && !isGrpc
      ? ` and content type ${shownText(contentType)}`
      : "";
    return {
      grpcCode: grpcCodeOfHttp(httpStatus),
      details: `Received HTTP status code ${httpStatus}${type}` +
        (isGrpc ? "" : "; that is no gRPC answer, is it an etcd server?"),
      reach: contentType === "" ? "unanswered" : "answered",
      ...(httpStatus !== HTTP_OK && { httpStatus }),
    };
  }
}

/** The status of a stream that the server reset. */
export function resetStatus(errorCode: number): CallStatus {
  return {
    grpcCode: GRPC_CODE_OF_RESET[errorCode] ?? GRPC_CODE.internal,
    details: `The server reset the stream with code ${errorCode} (${
      errorName(errorCode)
    })`,
    reach: "unanswered",
  };
}

/** `application/grpc`, perhaps with a suffix or parameters. */
function isGrpcType(contentType: string): boolean {
  return contentType === "application/grpc" ||
    /^application\/grpc[+;\s]/.test(contentType);
}

/** `grpc-message` decoded; what is not encoded as it should stays as it is. */
function percentDecoded(message: string): string {
  if (!message.includes("%")) return message;
  const decoded = new Uint8Array(message.length * 3);
  let length = 0;
  for (let at = 0; at < message.length; at++) {
    const hex = message.slice(at + 1, at + 3);
    if (message[at] === "%" && /^[0-9a-f]{2}$/i.test(hex)) {
      decoded[length++] = parseInt(hex, 16);
      at += 2;
    } else {
      const { written } = new TextEncoder().encodeInto(
        message.slice(at, at + 1),
        decoded.subarray(length),
      );
      length += written;
    }
  }
  return new TextDecoder().decode(decoded.subarray(0, length));
}
