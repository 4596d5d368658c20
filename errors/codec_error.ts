import { EtcdError, type EtcdErrorInit } from "./etcd_error.ts";

/** The way that a value could not go. */
export type CodecDirection = "encode" | "decode";

/**
 * A codec did not accept a value: one that is about to be written, or one that
 * is in etcd. The codec's own error is the `cause`. Nothing was written.
 */
export class CodecError extends EtcdError {
  /** The way that the value could not go. */
  readonly direction: CodecDirection;
  /** The key, as text. */
  readonly key: string;
  /** The revision of the key's last change; `undefined` for a new value. */
  readonly revision: bigint | undefined;

  /** Makes the error; users receive it, they need not make any. */
  constructor(
    message: string,
    init: Omit<EtcdErrorInit, "code"> & {
      readonly direction: CodecDirection;
      readonly key: string;
      readonly revision?: bigint | undefined;
    },
  ) {
    super(message, { ...init, code: "codec_failed" });
    this.direction = init.direction;
    this.key = init.key;
    this.revision = init.revision;
  }
}
