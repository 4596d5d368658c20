import type {
  ConnectionState,
  SubConnection,
} from "../../../balancers/sub_connection.ts";

/** A connection whose state a test sets. */
export class FakeConnection implements SubConnection {
  readonly endpoint: string;
  state: ConnectionState = "idle";
  epoch = 0;
  inFlight = 0;
  /** How often a transport was asked for while there was none. */
  dials = 0;
  readonly #onChange: () => void;

  constructor(endpoint: string, onChange: () => void) {
    this.endpoint = endpoint;
    this.#onChange = onChange;
  }

  connect(): void {
    if (this.state !== "idle") return;
    this.state = "connecting";
    this.dials++;
    this.#onChange();
  }

  disconnect(): void {
    if (this.state === "idle" || this.state === "closed") return;
    this.state = "idle";
    this.#onChange();
  }
}
