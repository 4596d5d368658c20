/** The listener to the bytes of a connection. Never called synchronously. */
export interface ByteListener {
  /** Bytes have come; they are the listener's until it returns. */
  onBytes(bytes: Uint8Array): void;
  /** The peer sends no more; all it has sent was told. */
  onEnd(): void;
  /** The connection is lost, for this reason. `onClosed` follows. */
  onError(reason: string): void;
  /** Nothing of it is left. */
  onClosed(): void;
}

/**
 * A connection that carries bytes both ways: all that HTTP/2 needs of one,
 * whatever it is made of.
 */
export interface ByteConn {
  /** Begins to tell; called once. */
  listen(listener: ByteListener): void;
  /**
   * Writes; `written` is called when the bytes may be changed again, not if the
   * connection is lost before. One write at a time.
   */
  write(bytes: Uint8Array, written: () => void): void;
  /** Has it keep the process alive, or not. */
  hold(how: "alive" | "free"): void;
  /** Closes it now, in both directions. Idempotent. */
  destroy(): void;
}
