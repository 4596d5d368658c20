/** One end of a connection. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** The most that the gateway needs of a TCP connection; `Deno.TcpConn` is one. */
export interface Connection {
  readonly localAddr: Address;
  readonly remoteAddr: Address;
  /** Reads what there is, into `buffer`; `null` at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some of `bytes`; gives the number that were. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends the direction that is written to. */
  closeWrite(): Promise<void>;
  close(): void;
  /** Closes so that the other side sees a reset; absent where nothing can. */
  reset?(): void;
  setNoDelay(): void;
  setKeepAlive(): void;
}

/** A port that connections come in by. */
export interface Listener<C extends Connection = Connection> {
  readonly addr: Address;
  accept(): Promise<C>;
  close(): void;
}

/** Options for listening. */
export interface ListenOptions extends Address {
  /** The number of connections that may wait to be accepted. */
  readonly tcpBacklog: number;
}

/** Options for connecting to an IP address. */
export interface ConnectOptions extends Address {
  /** Gives the attempt up when aborted. */
  readonly signal: AbortSignal;
}

/** A way to open TCP connections. */
export interface Network<C extends Connection = Connection> {
  /** @throws {Error} With the system's code, if the address is not available. */
  listen(options: ListenOptions): Promise<Listener<C>>;
  /** @throws {Error} With the system's code, if it cannot be reached. */
  connect(options: ConnectOptions): Promise<C>;
}
