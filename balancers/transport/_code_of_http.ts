import { GRPC_CODE } from "../../errors/codes.ts";

const CODE_OF: Readonly<Record<number, number>> = {
  400: GRPC_CODE.internal,
  401: GRPC_CODE.unauthenticated,
  403: GRPC_CODE.permissionDenied,
  404: GRPC_CODE.unimplemented,
  429: GRPC_CODE.unavailable,
  502: GRPC_CODE.unavailable,
  503: GRPC_CODE.unavailable,
  504: GRPC_CODE.unavailable,
};

/** The gRPC code of an answer that has an HTTP status alone. */
export function grpcCodeOfHttp(status: number | undefined): number {
  return CODE_OF[status ?? 0] ?? GRPC_CODE.unknown;
}
