// The command's log: it holds nothing up, and does not repeat itself.
import { assert, assertEquals } from "@std/assert";
import { SYSTEM_CLOCK } from "../../../../balancers/transport/mod.ts";
import { createEventLog } from "../../../../gateway/log/_event_log.ts";
import { LogSink } from "../../../../gateway/log/_log_sink.ts";
import type { GatewayEvent } from "../../../../gateway/view.ts";
import { freePorts } from "../../../harness/_ports.ts";
import { waitFor } from "../../../harness/mod.ts";
import { GatewayProcess } from "../_process.ts";
import { connectTo, echo, readText, TcpPeer } from "../../support/_tcp_peer.ts";

const ANY = "--listen-addr=127.0.0.1:0";

/** Makes what a log says of events, without their fields. */
function listen(): {
  tell(event: GatewayEvent): void;
  readonly lines: string[];
  advance(ms: number): void;
} {
  const lines: string[] = [];
  let nowMs = 0;
  const tell = createEventLog(
    (_, message, { address = "", count = "", repeated = "" } = {}) =>
      lines.push(`${message} ${address} ${count}${repeated}`.trim()),
    { now: () => nowMs },
  );
  return { tell, lines, advance: (ms) => nowMs += ms };
}

Deno.test("createEventLog() thins out the attempts on endpoints that stay away", () => {
  const { tell, lines, advance } = listen();
  const error = new Error("refused");
  const endpoints = ["a:1", "b:1", "c:1"];
  for (const endpoint of endpoints) {
    tell({ type: "deactivated", endpoint, error, retryMs: 100 });
  }
  for (let n = 0; n < 150; n++) {
    for (const endpoint of endpoints) {
      tell({ type: "still_inactive", endpoint, error, retryMs: 100 });
    }
    advance(100);
  }
  assertEquals(lines.length, 6);
  advance(45_000);
  tell({ type: "still_inactive", endpoint: "a:1", error, retryMs: 100 });
  assertEquals(
    lines.at(-1),
    "failed to activate endpoint (stay inactive for another interval) a:1 149",
  );
  // What is new is told at once.
  tell({ type: "activated", endpoint: "a:1" });
  assertEquals(lines.at(-1), "activated a:1");
});

Deno.test("createEventLog() thins out an endpoint that comes and goes, and ends with what it is", () => {
  const { tell, lines, advance } = listen();
  const error = new Error("refused");
  for (let n = 0; n < 100; n++) {
    tell({ type: "deactivated", endpoint: "a:1", error, retryMs: 100 });
    tell({ type: "activated", endpoint: "a:1" });
    advance(10);
  }
  assertEquals(lines.length, 10);
  assertEquals(lines.at(-1), "activated a:1");
  advance(60_000);
  tell({ type: "deactivated", endpoint: "a:1", error, retryMs: 100 });
  assertEquals(lines.at(-1), "deactivated endpoint a:1 95");
});

Deno.test("createEventLog() tells what is looked at again and again when it has changed", () => {
  const { tell, lines, advance } = listen();
  const look = (...endpoints: readonly string[]) => {
    tell({ type: "discovered", domain: "example.com", endpoints });
    tell({ type: "validating", endpoints: ["b:1"] });
    tell({
      type: "validation_failed",
      rejected: [{ endpoint: "b:1", error: "no TLS" }],
    });
    tell({ type: "validated", endpoints });
  };
  for (let n = 0; n < 10; n++) look("a:1", "b:1");
  assertEquals(lines.length, 4);
  look("a:1", "b:1", "c:1");
  assertEquals(lines.length, 6);
  const error = new Error("no answer");
  for (let n = 0; n < 10; n++) {
    tell({ type: "refresh_failed", source: "srv", error });
    tell({ type: "accept_failed", error, retryMs: 1_000 });
    advance(1_000);
  }
  assertEquals(lines.length, 8);
});

Deno.test("LogSink drops what its reader has no room for, counts it, and goes on", async () => {
  const written: string[] = [];
  let room = Promise.withResolvers<void>();
  const dropped: number[] = [];
  const sink = new LogSink({
    clock: SYSTEM_CLOCK,
    async write(bytes) {
      await room.promise;
      // Some of it, as write(2) may.
      const part = bytes.subarray(0, 1 + bytes.length / 2);
      written.push(new TextDecoder().decode(part));
      return part.length;
    },
    onDropped: (count) => {
      dropped.push(count);
      sink.add(`dropped ${count}`);
    },
  });
  for (let n = 0; n < 3_000; n++) sink.add(`line ${n}`);
  // Nobody waits for a pipe that is full.
  await sink.flush({ timeoutMs: 1 });
  room.resolve();
  await sink.flush({ timeoutMs: 10_000 });
  const lines = written.join("").trimEnd().split("\n");
  assertEquals(dropped, [3_000 - 1_001]);
  assertEquals(lines.length, 1_002);
  assertEquals(lines.at(-1), "dropped 1999");
  room = Promise.withResolvers();
  room.reject(new Deno.errors.BrokenPipe("nobody reads"));
  sink.add("lost");
  await sink.flush({ timeoutMs: 10_000 });
});

Deno.test("the gateway command says little while all endpoints are down", async () => {
  const ports = await freePorts(3);
  await using command = new GatewayProcess([
    ANY,
    `--endpoints=${ports.map((port) => `127.0.0.1:${port}`)}`,
  ]);
  const address = await command.address();
  for (let n = 0; n < 20; n++) {
    using client = await connectTo(address);
    assertEquals(await readText(client, 1), "");
  }
  command.signal("SIGTERM");
  await command.exitCode();
  await command.line("draining");
  // The first two, three endpoints that go and stay away, the clients.
  assert(command.lines.length <= 12, command.lines.join("\n"));
});

Deno.test("the gateway command serves and ends while its log is not read", async () => {
  await using peer = new TcpPeer(echo("a"));
  const [port = 0] = await freePorts(1);
  const length = 200_000;
  await using command = new GatewayProcess([
    `--listen-addr=127.0.0.1:${port}`,
    `--endpoints=${peer.address}`,
    // More than a pipe holds, in one line.
    ...Array.from(
      { length: 2 },
      () => `--discovery-srv-name=${"n".repeat(length / 2)}`,
    ),
  ], { read: "never" });
  await waitFor("service", async () => {
    try {
      using client = await connectTo(`127.0.0.1:${port}`);
      return await readText(client, 1) === "a";
    } catch {
      return false;
    }
  }, { timeoutMs: 10_000 });
  command.signal("SIGTERM");
  assertEquals(await command.exitCode(), 0);
});
