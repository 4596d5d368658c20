import type { Client } from "../../../mod.ts";
import { FakeServer, waitFor } from "../../harness/mod.ts";
import { settle, subjectClient } from "../steps/clients.ts";
import type { Expected } from "../verdict/expected.ts";
import { Recorder } from "../recording/recorder.ts";
import type { Recording } from "../recording/recording.ts";
import type { RunContext, Scenario } from "../scenario.ts";
import { WatchLog } from "../watch/log.ts";
import {
  DONE,
  EVENT_REVISION,
  PUT,
  RANGE,
  Trio,
  WATCH,
} from "../steps/going_trio.ts";

const REFUSED = { kind: "reset", http2Code: 7 } as const;
const TIMEOUT_MS = 5_000;
const GETS = 3;

// HTTP/2 promises that a stream which is reset with REFUSED_STREAM was not
// looked at. That holds from one end of a connection to the other only.
const DOUBT =
  "HAProxy resets so what the server behind it has executed (2.6, measured)";
const REFUSED_ONCE: Expected = {
  failed: [1, 1],
  codes: ["unavailable"],
  endsWell: true,
  measures: {
    "puts in doubt": [1, 1],
    "puts seen by the server": [1, 1],
    "gets seen by the server": [2, 2],
  },
};

/** Section B: what a server says about its streams, without ending any. */
export const HTTP2_SIGNALS: readonly Scenario[] = [
  {
    id: 34,
    title: "two puts and a watch in flight when the server says it goes away",
    faultClass: "cut",
    fault:
      "a scripted server sends GOAWAY, the second put is above its last stream",
    expectations: {
      "grpc1.0": {
        go: "repins, the old stream goes on [D]",
        ours: goneAway({ resent: 0, redials: 1 }),
      },
      "grpc1.7": {
        go: "unpins, marks and repins, the old stream goes on [D]",
        ours: goneAway({ resent: 0, redials: 0 }),
      },
      "grpc1.23": {
        go: "redials the same, streams above the last one are resent once [D]",
        // As in Go: a stream above the last one of a GOAWAY is the one that
        // was certainly not looked at.
        ours: goneAway({ resent: 1, redials: 1 }),
      },
    },
    run: runGoAway,
  },
  {
    id: 35,
    title: "put and get whose streams are refused once",
    faultClass: "cut",
    fault: "a scripted server resets the first put and get with REFUSED_STREAM",
    expectations: {
      "grpc1.0": {
        go: "the error surfaces [D]",
        ours: REFUSED_ONCE,
        because:
          `the put's does; a get is repeated by the loop around it, in Go as here. By its source (retry.go of 3.1.20) Go repeats the put too, for any Unavailable that is not etcd's: ${DOUBT}`,
      },
      "grpc1.7": {
        go: "Unavailable: the read is retried, the write returned [D]",
        ours: REFUSED_ONCE,
        because: `${DOUBT}, and the error says so`,
      },
      "grpc1.23": {
        go: "resent transparently, writes too [D]",
        ours: REFUSED_ONCE,
        because:
          `the read is repeated, the write is not: ${DOUBT}, and sending that again applies it twice`,
      },
    },
    run: runRefused,
  },
];

function goneAway(
  { resent, redials }: { readonly resent: 0 | 1; readonly redials: 0 | 1 },
): Expected {
  return {
    failed: [1 - resent, 1 - resent],
    codes: ["connection_lost"],
    endsWell: true,
    measures: {
      "puts in doubt": [0, 0],
      "puts seen by servers": [2 + resent, 2 + resent],
      "watch streams": [1, 1],
      "new connections to the same server": [redials, redials],
    },
  };
}

async function runGoAway(context: RunContext): Promise<Recording> {
  await using trio = await Trio.start();
  const { going, servers } = trio;
  await using client = subjectClient(context, {
    endpoints: going.endpoint,
    requestTimeoutMs: TIMEOUT_MS,
  });
  const recorder = new Recorder(context, client);
  await using log = await WatchLog.start(client, "k", {
    timeline: context.timeline,
  });
  const puts: Promise<void>[] = [];
  let firstPut = 0;
  for (const count of [1, 2]) {
    puts.push(recorder.call(() => client.put("k", "v")));
    await waitFor("the put", () => going.calls(PUT) === count, context);
    // A client's streams have odd numbers, in the order of its calls.
    if (count === 1) firstPut = 2 * going.calls() - 1;
  }
  client.setEndpoints(servers.map(({ endpoint }) => endpoint));
  await settle(client);
  const { accepted: before } = going.connections;
  going.goAway(0, { lastStreamId: firstPut });
  recorder.fault();
  trio.answerFirstPut();
  await Promise.all(puts);
  trio.sendEvent();
  await log.caughtUp([EVENT_REVISION]);
  for (let made = 0; made < GETS; made++) {
    await recorder.call(() => client.range("k"));
  }
  await waitFor("no more dials", () => isAtRest(client), context);
  const recording = await recorder.finish();
  const { accepted } = going.connections;
  const measures = {
    "puts in doubt": recording.ambiguous,
    "puts seen by servers": seen(servers, PUT),
    "watch streams": seen(servers, WATCH),
    "new connections to the same server": accepted - before,
  };
  return { ...recording, measures };
}

function isAtRest({ balancer }: Client): boolean {
  return balancer.endpoints.every(({ state }) =>
    state === "ready" || state === "idle"
  );
}

async function runRefused(context: RunContext): Promise<Recording> {
  await using server = await FakeServer.start();
  for (const path of [PUT, RANGE]) {
    server.handle(path, ({ count }) => count === 1 ? REFUSED : DONE);
  }
  await using client = subjectClient(context, { endpoints: server.endpoint });
  const recorder = new Recorder(context, client);
  recorder.fault();
  await recorder.call(() => client.put("k", "v"));
  await recorder.call(() => client.range("k"));
  const recording = await recorder.finish();
  return {
    ...recording,
    measures: {
      "puts in doubt": recording.ambiguous,
      "puts seen by the server": server.calls(PUT),
      "gets seen by the server": server.calls(RANGE),
    },
  };
}

function seen(servers: readonly FakeServer[], path: string): number {
  return servers.reduce((sum, server) => sum + server.calls(path), 0);
}
