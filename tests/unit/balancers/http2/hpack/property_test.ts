// Header blocks at random: an encoder that does all that RFC 7541 allows, and
// blocks that were damaged on their way.
import { assert, assertEquals } from "@std/assert";
import { COMPRESSION_ERROR } from "../../../../../balancers/http2/frames/_constants.ts";
import { ConnectionError } from "../../../../../balancers/http2/frames/_errors.ts";
import { fromLatin1 } from "../support/_hex.ts";
import { joined } from "../../../support/_joined.ts";
import { BlockReader } from "./_blocks.ts";
import type { Pair } from "./_story.ts";
import { type Draws, rounds } from "../support/_pieces.ts";
import { PeerEncoder } from "./_peer_encoder.ts";

const ROUNDS = 100;
const MAX_TABLE_SIZE = 600;

const NAMES = ["grpc-status", "grpc-message", "date", ":status", "x"] as const;

function drawField(draws: Draws): Pair {
  const name = draws.oneIn(4)
    ? fromLatin1(draws.bytes(draws.mostlySmall(40)))
    : draws.of([...NAMES]);
  const value = draws.oneIn(3)
    ? draws.of(["0", "200", "application/grpc", ""])
    : fromLatin1(draws.bytes(draws.mostlySmall(700)));
  return [name, value];
}

Deno.test("HpackDecoder reads all that an encoder may do", () => {
  for (const draws of rounds(ROUNDS)) {
    const peer = new PeerEncoder(MAX_TABLE_SIZE, draws);
    const reader = new BlockReader({ maxTableSize: MAX_TABLE_SIZE });
    for (let blocks = 0; blocks < 20; blocks++) {
      const fields = Array.from(
        { length: draws.below(10) },
        () => drawField(draws),
      );
      assertEquals(reader.fields(peer.encode(fields)), fields, draws.note);
    }
  }
});

Deno.test("HpackDecoder refuses damaged blocks, and nothing else becomes of them", () => {
  let refused = 0;
  for (const draws of rounds(10 * ROUNDS)) {
    const peer = new PeerEncoder(MAX_TABLE_SIZE, draws);
    const reader = new BlockReader({
      maxTableSize: MAX_TABLE_SIZE,
      maxListSize: 5_000,
    });
    try {
      for (let blocks = 0; blocks < 10; blocks++) {
        const fields = Array.from({ length: 4 }, () => drawField(draws));
        const block = joined(peer.encode(fields), draws.bytes(draws.below(3)));
        block[draws.below(block.length)] = draws.below(256);
        const { fields: read } = reader.read(block);
        const size = read.flat().reduce((sum, { length }) => sum + length, 0);
        assert(size + 32 * read.length <= 5_000, draws.note);
      }
    } catch (error) {
      assert(error instanceof ConnectionError, `${draws.note}: ${error}`);
      assertEquals(error.errorCode, COMPRESSION_ERROR, draws.note);
      refused++;
    }
  }
  assert(refused > 0);
});
