import { Buffer } from "node:buffer";
import { codecOf } from "../../../../proto/_codec.ts";
import { rpcs } from "../../../../proto/gen/rpcs.ts";
import { FakeServer } from "../../../harness/mod.ts";

/** A server that keeps what it gets, each request as a line. */
export async function recorder(): Promise<FakeServer & { got: string[] }> {
  const server = await FakeServer.start();
  const got: string[] = [];
  const keep = (path: string, request: Uint8Array) => {
    got.push(`${path} ${Buffer.from(request).toString("latin1")}`);
  };
  const token = codecOf("etcdserverpb.AuthenticateResponse");
  for (const { path, kind } of Object.values(rpcs)) {
    if (kind !== "unary") continue;
    server.handle(path, ({ request }) => {
      keep(path, request);
      return path.endsWith("/Authenticate")
        ? token.encode({ token: "t" })
        : new Uint8Array();
    });
  }
  const created = codecOf("etcdserverpb.WatchResponse");
  const requests = codecOf("etcdserverpb.WatchRequest");
  server.handleStream(rpcs["Watch.Watch"].path, async (stream) => {
    for await (const message of stream.messages) {
      keep(stream.path, message);
      const { createRequest } = requests.decode(message) as {
        createRequest?: { watchId: unknown };
      };
      const watchId = createRequest?.watchId;
      stream.send(created.encode({ created: true, watchId }));
    }
  });
  const leaders = codecOf("v3electionpb.LeaderResponse");
  server.handleStream(rpcs["Election.Observe"].path, async (stream) => {
    for await (const message of stream.messages) keep(stream.path, message);
    stream.send(leaders.encode({ kv: { key: new Uint8Array(1) } }));
  });
  return Object.assign(server, { got });
}
