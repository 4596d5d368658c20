// Connections at random against a model: calls of every kind, answers that are
// right and wrong, bytes that are cut and damaged, ends of every kind.
// ETCDENO_HTTP2_SEQUENCES=1000000 deno task test FILE
import { assert } from "@std/assert";
import { heldBytes } from "../support/_held_bytes.ts";
import { PlayedConnection } from "./_connection.ts";
import { rounds } from "../support/_pieces.ts";

const SEQUENCES = Number(Deno.env.get("ETCDENO_HTTP2_SEQUENCES") ?? 10_000);
/** From so many on it is seen whether memory grows with them, */
const MANY = 10_000;
/** and how much it may grow, in bytes. */
const GROWTH = 16_777_216;

/** What becomes of calls in ways that each have a reason of their own. */
const OUTCOMES = [
  "answered 0",
  "answered 5",
  "unanswered 1",
  "unanswered 13",
  "unanswered 14",
  "unprocessed 14",
  "unsent 4",
  "unsent 8",
  "unsent 14",
];

async function play(wire: "sound" | "damaging"): Promise<void> {
  const seen = new Set<string>();
  let played = 0;
  let held = Infinity;
  for (const draws of rounds(SEQUENCES / 2)) {
    try {
      const outcomes = await new PlayedConnection(draws, wire).play();
      for (const outcome of outcomes) seen.add(outcome);
    } catch (error) {
      throw new Error(`${draws.note}: ${error}`, { cause: error });
    }
    if (++played === MANY) held = heldBytes();
  }
  if (played > 2 * MANY) {
    const growth = heldBytes() - held;
    assert(growth < GROWTH, `${played} sequences hold ${growth} bytes`);
  }
  if (played < 1_000) return;
  for (const outcome of OUTCOMES) {
    for (const kind of ["unary", "stream"]) {
      // It never says so.
      if (kind === "stream" && outcome.startsWith("unsent")) continue;
      assert(seen.has(`${kind} ${outcome}`), `no call was ${kind} ${outcome}`);
    }
  }
}

Deno.test("Connection makes of every answer what the model makes of it", async () => {
  await play("sound");
});

Deno.test("Connection ends each call once, whatever becomes of the bytes", async () => {
  await play("damaging");
});
