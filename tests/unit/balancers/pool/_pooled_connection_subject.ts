import { assert } from "@std/assert";
import {
  PooledConnection,
  type PooledConnectionContext,
} from "../../../../balancers/pool/_pooled_connection.ts";
import { FakeClock } from "../../support/_fake_clock.ts";
import {
  endpoint,
  FakeNetwork,
  type FakeTransport,
} from "../transport/_fake_transport.ts";

/** A connection over a fake network, and a clock that a test turns. */
export class Subject {
  readonly network: FakeNetwork = new FakeNetwork();
  readonly clock: FakeClock;
  readonly states: string[] = [];
  readonly connection: PooledConnection;
  dialsTold = 0;
  #epoch = 0;

  constructor(random?: () => number) {
    this.clock = new FakeClock(random ? { random } : {});
    const context: PooledConnectionContext = {
      dial: this.network.dial,
      dialTimeoutMs: 700,
      clock: this.clock,
      pool: this,
      nextEpoch: () => ++this.#epoch,
      onDial: () => this.dialsTold++,
      onChange: ({ state }) => this.states.push(state),
    };
    this.connection = new PooledConnection(endpoint("a"), context);
  }

  get transport(): FakeTransport {
    return this.network.at("a");
  }

  get dials(): number {
    return this.network.dialled.length;
  }

  /** The time until the next dial, which must come. */
  nextDialMs(limitMs = 200_000): number {
    const before = this.dials;
    const from = this.clock.now();
    while (this.dials === before) {
      assert(this.clock.now() - from < limitMs, "no dial");
      this.clock.advance(1);
    }
    return this.clock.now() - from;
  }
}

/** One that is ready. */
export function up(): Subject {
  const subject = new Subject();
  subject.connection.connect();
  subject.transport.up();
  return subject;
}
