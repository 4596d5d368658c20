// The order in which a strategy is called, whatever its calls cause.
import { assert, assertEquals } from "@std/assert";
import { GuardedStrategy } from "../../../../balancers/pool/_guarded_strategy.ts";
import { StrategyQueue } from "../../../../balancers/pool/_strategy_queue.ts";
import type { BalancerStrategy } from "../../../../balancers/strategy.ts";
import { resolveBalancer } from "../../../../balancers/by_name.ts";

/** A queue that logs what runs, over a strategy whose `onState` is given. */
function queueOf(
  onState: (queue: StrategyQueue) => void = () => {},
  onTasksDone: (queue: StrategyQueue) => void = () => {},
) {
  const log: string[] = [];
  const inner = resolveBalancer("grpc1.23")({ dialTimeoutMs: 1 });
  const strategy: BalancerStrategy = {
    name: "scripted",
    retry: inner.retry,
    connection: inner.connection,
    start() {},
    pick: () => ({ action: "wait" }),
    onEndpoints() {},
    onState() {
      log.push("onState");
      onState(queue);
    },
    snapshot: () => inner.snapshot(),
    close() {},
  };
  const guarded = new GuardedStrategy(strategy);
  const queue: StrategyQueue = new StrategyQueue(guarded, {
    connections: () => 1,
    onTasksDone() {
      log.push("done");
      onTasksDone(queue);
    },
    onSettled: () => log.push(queue.running ? "settled" : "settled too late"),
  });
  return { queue, log, guarded };
}

Deno.test("StrategyQueue.add() runs a task after the one that adds it, never inside", () => {
  const { queue, log } = queueOf();
  queue.add(() => {
    queue.add(() => log.push("second"));
    log.push("first");
    assert(queue.running);
  });
  assertEquals(log, ["first", "second", "done", "settled"]);
  assert(!queue.running);
});

Deno.test("StrategyQueue.addStateRound() has several changes told once, and later ones again", () => {
  const { queue, log } = queueOf();
  queue.add(() => {
    queue.addStateRound();
    queue.addStateRound();
  });
  assertEquals(log, ["onState", "done", "settled"]);
  queue.addStateRound();
  assertEquals(log.slice(3), ["onState", "done", "settled"]);
});

Deno.test("StrategyQueue ends the rounds of a strategy that changes connections each time", () => {
  const { queue, log, guarded } = queueOf((queue) => queue.addStateRound());
  queue.addStateRound();
  // 25 for each connection, and 25 more.
  assertEquals(log.filter((what) => what === "onState").length, 50);
  assert(guarded.takeFault()?.message.includes("its onState() changes"));
});

Deno.test("StrategyQueue.ask() gives the answer, and runs what asking has caused", () => {
  const { queue, log } = queueOf();
  assertEquals(queue.ask(() => 7), 7);
  assertEquals(log, [], "nothing was caused");
  const answer = queue.ask(() => {
    queue.addStateRound();
    log.push("asked");
    return "yes";
  });
  assertEquals(answer, "yes");
  assertEquals(log, ["asked", "onState", "done", "settled"]);
});

Deno.test("StrategyQueue runs tasks that were added when all were done, and none after clear()", () => {
  let added = 0;
  const { queue, log } = queueOf(() => {}, (queue) => {
    if (added++ === 0) queue.add(() => log.push("added"));
  });
  queue.add(() => {
    queue.add(() => log.push("dropped"));
    queue.clear();
  });
  assertEquals(log, ["done", "added", "done", "settled"]);
});
