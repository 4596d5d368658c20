import { fromBigInt } from "../../../../proto/int64.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer } from "../../../harness/mod.ts";

const RANGE = codecOf("etcdserverpb.RangeResponse");
const LIST = codecOf("etcdserverpb.MemberListResponse");

/** A member as a list tells of it. */
export interface ListedMember {
  readonly name?: string;
  readonly clientURLs?: readonly string[];
  readonly isLearner?: boolean;
}

/** A fake member that answers ranges and tells of members. */
export interface MemberServer {
  readonly server: FakeServer;
  readonly port: number;
  /** What it tells. */
  members: readonly ListedMember[];
  /** The cluster its answers are of. */
  clusterId: bigint;
  /** How many ranges it has answered. */
  readonly ranges: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a fake member. */
export async function startMember(
  { members = [], clusterId = 7n, port }: {
    readonly members?: readonly ListedMember[];
    readonly clusterId?: bigint;
    readonly port?: number;
  } = {},
): Promise<MemberServer> {
  const server = await FakeServer.start(port === undefined ? {} : { port });
  const { range } = methods.kv;
  const { memberList } = methods.cluster;
  const self: MemberServer = {
    server,
    port: Number(new URL(server.endpoint).port),
    members,
    clusterId,
    get ranges() {
      return server.calls(range.path);
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
  const header = () => ({ clusterId: fromBigInt(self.clusterId) });
  server.handle(range.path, () => RANGE.encode({ header: header() }));
  server.handle(
    memberList.path,
    () => LIST.encode({ header: header(), members: self.members }),
  );
  return self;
}
