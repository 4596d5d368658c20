import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { TimeEstimate } from "../../tools/_compare_estimate.ts";
import { CompareProgress } from "../../tools/_compare_progress.ts";
import type { CellHead, CompareCell } from "../../tools/_compare_result.ts";
import { RESULT, TextSink } from "./_compare_fixture.ts";

const HEADS: readonly CellHead[] = RESULT.cells;
const ERASE = "\r\x1b[K";

function cell(at: number): CompareCell {
  const cell = RESULT.cells[at];
  if (cell === undefined) throw new Error(`Cannot find the cell ${at}`);
  return cell;
}

Deno.test("CompareProgress writes a line for each step and cell", () => {
  const sink = new TextSink();
  using progress = new CompareProgress({ sink, callTimeoutMs: 1_000 });
  progress.onEvent({ type: "step", text: "Starting 3 members" });
  progress.onEvent({ type: "planned", heads: HEADS });
  for (const ended of RESULT.cells) {
    progress.onEvent({ type: "started", head: ended });
    progress.onEvent({ type: "ended", cell: ended });
  }
  progress.note("Done");
  assertEquals(
    sink.text,
    `Starting 3 members
[1/7] grpc1.0 | #37 put on an isolated follower: as expected, 8.1 s
[2/7] grpc1.7 | #37 put on an isolated follower: not as expected: 11 of 31 calls failed, not 1; the last call failed
[3/7] grpc1.23 | #37 put on an isolated follower: failed: Error: Cannot go on without a leader: not so after 20000 ms
[4/7] grpc1.0 | #25 eight writers on one key through six resets: as expected, 0.4 s
[5/7] grpc1.7 | #25 eight writers on one key through six resets: skipped: it has no pin
[6/7] mine | #25 eight writers on one key through six resets: done, nothing is expected, 0.4 s
[7/7] grpc1.0 | #93 connections of an idle client: as expected, 0.1 s
Done
`,
  );
});

Deno.test("CompareProgress overwrites one line of a terminal", () => {
  let nowMs = 0;
  const sink = new TextSink({ isTerminal: true });
  using progress = new CompareProgress({
    sink,
    callTimeoutMs: 1_000,
    nowMs: () => nowMs,
  });
  const written = (): string => {
    const { text } = sink;
    sink.text = "";
    return text;
  };
  progress.onEvent({ type: "step", text: "Downloading etcd" });
  assertEquals(written(), `${ERASE}Downloading etcd …`);
  nowMs = 2_000;
  progress.tick();
  assertEquals(written(), `${ERASE}Downloading etcd … 2 s`);
  progress.onEvent({ type: "planned", heads: HEADS });
  progress.onEvent({ type: "started", head: cell(0) });
  nowMs = 5_100;
  progress.tick();
  assertEquals(
    written().split(ERASE).slice(1),
    [
      "[1/7] grpc1.0 | #37 put on an isolated follower … about 20 s left",
      "[1/7] grpc1.0 | #37 put on an isolated follower … 3 s, about 20 s left",
    ],
  );
  progress.onEvent({ type: "ended", cell: cell(0) });
  assertEquals(written(), "");
  progress.onEvent({ type: "started", head: cell(1) });
  progress.onEvent({ type: "ended", cell: cell(1) });
  assertEquals(written().split(ERASE).slice(2), [
    "[2/7] grpc1.7 | #37 put on an isolated follower: not as expected: 11 of 31 calls failed, not 1; the last call failed\n",
  ]);
  progress.onEvent({ type: "started", head: cell(2) });
  written();
  progress.close();
  assertEquals(written(), ERASE);
  progress.close();
  progress.tick();
  assertEquals(written(), "");
});

Deno.test("CompareProgress keeps its line within the terminal", () => {
  const sink = new TextSink({ isTerminal: true, columns: 40 });
  using progress = new CompareProgress({ sink, callTimeoutMs: 1_000 });
  progress.onEvent({ type: "planned", heads: HEADS });
  progress.onEvent({ type: "started", head: cell(3) });
  const line = sink.text.slice(ERASE.length);
  assertEquals(line, "[1/7] grpc1.0 | #25 ei… about 20 s left");
});

Deno.test("TimeEstimate corrects its guess by what cells take", () => {
  const estimate = new TimeEstimate(1_000);
  const [stuck, one] = [cell(0), cell(1)];
  const before = estimate.secondsLeft([stuck, one], 0);
  assertEquals(before, 8.4 + 1.4);
  assertAlmostEquals(estimate.secondsLeft([stuck, one], 8), before - 8);
  assertEquals(estimate.secondsLeft([stuck, one], 100), 1.4);
  assertEquals(estimate.secondsLeft([], 0), 0);
  estimate.learn(stuck, 84);
  const factor = estimate.secondsLeft([one], 0) / 1.4;
  assert(factor > 5 && factor < 10, `factor is ${factor}`);
});
