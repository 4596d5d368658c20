import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { TimeEstimate } from "../../../../../tools/compare/run/_estimate.ts";
import { CompareProgress } from "../../../../../tools/compare/run/_progress.ts";
import type { Turn } from "../../../../../tools/compare/result/_plan.ts";
import type { CompareCell } from "../../../../../tools/compare/result/_result.ts";
import { RESULT } from "../_example_result.ts";
import { scenario } from "../_stand_in_scenario.ts";
import { TextSink } from "../_text_sink.ts";

const TURNS: readonly Turn[] = RESULT.cells.map((head, index) => ({
  index,
  scenario: scenario(head.scenario.id, {}),
  subject: { name: head.strategy, balancer: "grpc1.0" },
  head,
}));
const PLANNED = { type: "planned", total: 7, turns: TURNS } as const;
const ERASE = "\r\x1b[K";

function turn(at: number): Turn {
  const turn = TURNS[at];
  if (turn === undefined) throw new Error(`Cannot find the turn ${at}`);
  return turn;
}

function cell(at: number): CompareCell {
  const cell = RESULT.cells[at];
  if (cell === undefined) throw new Error(`Cannot find the cell ${at}`);
  return cell;
}

Deno.test("CompareProgress writes a line for each step and cell", () => {
  const sink = new TextSink();
  using progress = new CompareProgress({ sink, callTimeoutMs: 1_000 });
  progress.onEvent({ type: "step", text: "Starting 3 members" });
  progress.onEvent(PLANNED);
  for (const turn of TURNS) {
    progress.onEvent({ type: "started", turn });
    progress.onEvent({ type: "ended", turn, cell: cell(turn.index) });
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
  progress.onEvent(PLANNED);
  progress.onEvent({ type: "started", turn: turn(0) });
  nowMs = 5_100;
  progress.tick();
  assertEquals(
    written().split(ERASE).slice(1),
    [
      "[1/7] grpc1.0 | #37 put on an isolated follower … about 20 s left",
      "[1/7] grpc1.0 | #37 put on an isolated follower … 3 s, about 20 s left",
    ],
  );
  progress.onEvent({ type: "ended", turn: turn(0), cell: cell(0) });
  assertEquals(written(), "");
  progress.onEvent({ type: "started", turn: turn(1) });
  progress.onEvent({ type: "ended", turn: turn(1), cell: cell(1) });
  assertEquals(written().split(ERASE).slice(2), [
    "[2/7] grpc1.7 | #37 put on an isolated follower: not as expected: 11 of 31 calls failed, not 1; the last call failed\n",
  ]);
  progress.onEvent({ type: "started", turn: turn(2) });
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
  progress.onEvent(PLANNED);
  progress.onEvent({ type: "started", turn: turn(3) });
  const line = sink.text.slice(ERASE.length);
  assertEquals(line, "[1/7] grpc1.0 | #25 ei… about 20 s left");
});

Deno.test("CompareProgress tells of several cells at once, and of those done before", () => {
  let nowMs = 0;
  const sink = new TextSink({ isTerminal: true });
  using progress = new CompareProgress({
    sink,
    callTimeoutMs: 1_000,
    jobs: 2,
    nowMs: () => nowMs,
  });
  progress.onEvent({ ...PLANNED, turns: TURNS.slice(2) });
  progress.onEvent({ type: "started", turn: turn(2) });
  nowMs = 4_000;
  progress.onEvent({ type: "started", turn: turn(3) });
  progress.onEvent({ type: "ended", turn: turn(2), cell: cell(0) });
  nowMs = 6_000;
  progress.tick();
  assertEquals(sink.text.split(ERASE).slice(1), [
    "[3/7] grpc1.23 | #37 put on an isolated follower … about 10 s left",
    "[3/7] grpc1.23 | #37 put on an isolated follower … 4 s, 1 more, a few seconds left",
    "[4/7] grpc1.0 | #25 eight writers on one key through six resets … 2 s, a few seconds left",
  ]);
});

Deno.test("CompareProgress says in how many runs a cell went wrong", () => {
  const sink = new TextSink();
  using progress = new CompareProgress({ sink, callTimeoutMs: 1_000 });
  progress.onEvent({ ...PLANNED, turns: TURNS });
  const [good, bad] = [cell(0), cell(1)];
  if (good.verdict !== "expected" || bad.verdict !== "unexpected") throw good;
  progress.onEvent({
    type: "ended",
    turn: turn(0),
    cell: { ...bad, runs: [good, bad, good] },
  });
  progress.onEvent({
    type: "ended",
    turn: turn(0),
    cell: { ...good, runs: [good, good] },
  });
  assertEquals(
    sink.text,
    `[1/7] grpc1.7 | #37 put on an isolated follower: not as expected in 1 of 3 runs: 11 of 31 calls failed, not 1; the last call failed
[2/7] grpc1.0 | #37 put on an isolated follower: as expected in 2 of 2 runs, 16.2 s
`,
  );
});

Deno.test("TimeEstimate corrects its guess by what cells take", () => {
  const estimate = new TimeEstimate({ callTimeoutMs: 1_000 });
  const [stuck, one] = [turn(0), turn(1)];
  const before = estimate.secondsLeft([stuck, one]);
  assertEquals(before, 8.4 + 1.4);
  const running = (seconds: number) => [{ turn: stuck, seconds }];
  assertAlmostEquals(estimate.secondsLeft([one], running(8)), before - 8);
  assertEquals(estimate.secondsLeft([one], running(100)), 1.4);
  assertEquals(estimate.secondsLeft([]), 0);
  estimate.learn(stuck, 84);
  const factor = estimate.secondsLeft([one]) / 1.4;
  assert(factor > 5 && factor < 10, `factor is ${factor}`);
});

Deno.test("TimeEstimate counts runs, jobs and what scenarios take besides", () => {
  const [stuck, one] = [turn(0), turn(1)];
  const long = { head: one.head, scenario: { seconds: 20 } };
  const left = (options: { readonly runs?: number; readonly jobs?: number }) =>
    new TimeEstimate({ callTimeoutMs: 1_000, ...options })
      .secondsLeft([stuck, one, one]);
  assertAlmostEquals(left({}), 11.2);
  assertAlmostEquals(left({ runs: 3 }), 33.6);
  // The longest cell is run by one job, however many there are.
  assertAlmostEquals(left({ jobs: 2 }), 8.4);
  assertAlmostEquals(left({ runs: 2, jobs: 1.25 }), 17.92);
  const estimate = new TimeEstimate({ callTimeoutMs: 1_000 });
  assertEquals(estimate.secondsLeft([long]), 21);
});
