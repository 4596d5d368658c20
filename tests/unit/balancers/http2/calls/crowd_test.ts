// Many callers at once, while the peer changes how many it allows.
import { assert, assertEquals } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { seededRandom } from "../../../support/_fake_clock.ts";
import { connected, type StartedCall } from "../peer/_dialled.ts";
import {
  answer,
  type RawConnection,
  reset,
  settings,
} from "../peer/_raw_peer.ts";

const CALLERS = 500;
const LIMITS: readonly number[] = [10, 3, 1, 40, 0, 7, 2, 100];

/** A peer that holds the client to what it allows, and answers at random. */
class Doorkeeper {
  readonly #peer: RawConnection;
  readonly #random: () => number;
  #limit = Infinity;
  /** Told to the client, which has not answered yet. */
  readonly #told: number[] = [10];
  /** Frames that were looked at. */
  #seen = 0;
  /** Streams that are open, as the peer sees them. */
  readonly #open = new Set<number>();
  served = 0;

  constructor(peer: RawConnection, random: () => number) {
    this.#peer = peer;
    this.#random = random;
  }

  /** Tells another limit, which holds from the client's answer on. */
  async allow(limit: number): Promise<void> {
    this.#told.push(limit);
    await this.#peer.say(
      settings([http2.SETTINGS_MAX_CONCURRENT_STREAMS, limit]),
    );
  }

  /** Takes note of what has come. */
  look(): void {
    const { heard } = this.#peer;
    for (; this.#seen < heard.length; this.#seen++) {
      const { type, streamId } = heard[this.#seen] ?? { type: -1, streamId: 0 };
      if (type === http2.SETTINGS) {
        // Its own come first; the others are answers.
        if (this.#seen > 0) this.#limit = this.#told.shift() ?? this.#limit;
      } else if (type === http2.RST_STREAM) this.#open.delete(streamId);
      if (type !== http2.HEADERS) continue;
      this.#open.add(streamId);
      const { size } = this.#open;
      assert(size <= this.#limit, `${size} above ${this.#limit}`);
    }
  }

  /** Ends some of what is open, one way or the other. */
  async serve(): Promise<void> {
    this.look();
    for (const id of [...this.#open]) {
      if (this.#random() < 0.4) continue;
      this.#open.delete(id);
      this.served++;
      const refused = this.#random() < 0.2;
      await this.#peer.say(
        ...refused ? [reset(id, http2.INTERNAL_ERROR)] : answer(id, `${id}`),
      );
    }
  }
}

Deno.test("Connection keeps a crowd of callers within limits that change, and ends each of them once", async () => {
  const seed = Math.floor(Math.random() * 2 ** 30);
  const random = seededRandom(seed);
  await using it = await connected({
    settings: [[http2.SETTINGS_MAX_CONCURRENT_STREAMS, 10]],
  });
  const keeper = new Doorkeeper(it.peer, random);
  let ended = 0;
  const calls: StartedCall[] = [];
  const begin = () => {
    const call = it.dialled.call({
      request: new Uint8Array(random() * 300),
      timeoutMs: random() < 0.1 ? 20 : Infinity,
    });
    call.ended.then(() => ended++);
    calls.push(call);
  };
  for (let caller = 0; caller < CALLERS; caller++) begin();
  for (let round = 0; ended < calls.length; round++) {
    assert(round < 20_000, `seed ${seed}: ${ended} of ${calls.length} ended`);
    await keeper.serve();
    if (round % 5 === 0) {
      await keeper.allow(LIMITS[round / 5 % LIMITS.length] ?? 1);
    }
    if (random() < 0.2) calls[Math.floor(random() * calls.length)]?.cancel();
    if (calls.length < 2 * CALLERS && random() < 0.5) begin();
    await new Promise((resolve) => setTimeout(resolve));
  }
  keeper.look();
  await Promise.all(calls.map((call) => call.ended));
  assertEquals(ended, calls.length, `seed ${seed}`);
  assert(keeper.served > CALLERS / 2, `${keeper.served} served`);
  assertEquals([it.transport.inFlight, it.transport.ready], [0, true]);
});
