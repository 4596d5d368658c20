/** The events of a connection, for its owner; types only. */

/** The events of a connection, for its owner. */
export interface ConnectionListener {
  /** The peer has sent its SETTINGS: calls can be made. */
  onSettled(): void;
  /** There may be more free streams than before. */
  onStreams(): void;
  /**
   * The connection takes no calls any more, as the peer has said so or it is
   * lost; told before its calls are. Called once, not after `drain` or `abort`.
   */
  onDown(why: Down): void;
  /** The peer has said that it was pinged too often. */
  onTooManyPings(): void;
  /** Nothing of it is left. Called once, last. */
  onGone(): void;
}

/**
 * Why a connection takes no calls: the server said so, its stream ids are used
 * up, or it is lost.
 */
export interface Down {
  readonly kind: "goaway" | "worn" | "lost";
  readonly reason: string;
}
