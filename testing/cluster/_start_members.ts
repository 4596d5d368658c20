import { etcdCommand, localUrl, type MemberAddresses } from "./_command.ts";
import { EtcdMember } from "./_etcd_member.ts";
import {
  type FaultProxy,
  openFaultProxy,
  startProxyHost,
} from "../proxy/fault_proxy.ts";
import type { ClusterOptions } from "./options.ts";
import type { EtcdBinaries } from "../programs/etcd_binaries.ts";
import { findEtcd } from "../programs/launcher.ts";
import { freePorts } from "../_ports.ts";
import { ProcessHost } from "../process/_host.ts";
import { restoreMember } from "./_restore.ts";
import type { ProxyHost } from "../proxy/_protocol.ts";

/** A cluster whose processes run, though they may not serve yet. */
export interface StartedCluster {
  readonly binaries: EtcdBinaries;
  readonly dataRoot: string;
  readonly members: readonly EtcdMember[];
  readonly proxies: ProxyHost;
  /**
   * Starts one more, when whoever is told its peer URL has made the cluster
   * expect it.
   */
  join(expect: (peerUrl: string) => Promise<unknown>): Promise<EtcdMember>;
  /** Whatever has to be given back, in the order it was taken. */
  readonly resources: AsyncDisposableStack;
}

/** Finds a server, opens the proxies, starts the processes. */
export async function startMembers(
  options: ClusterOptions,
): Promise<StartedCluster> {
  const { members: count = 3, snapshot } = options;
  const binaries = await findBinaries(count, options);
  await using resources = new AsyncDisposableStack();
  const proxies = resources.use(startProxyHost());
  const processes = resources.use(new ProcessHost());
  const dataRoot = await processes.makeRoot("etcdeno-");
  const addresses = await openProxies(proxies, { first: 1, count });
  const ground = { binaries, dataRoot, processes, addresses, options };
  const make = memberMaker({ ...ground, token: crypto.randomUUID() });
  const members = addresses.map((member) => make(member, "new"));
  await Promise.all(members.map(async (member) => {
    if (snapshot !== undefined) {
      const log = `${dataRoot}/${member.name}.restore.log`;
      const restore = { binaries, snapshot, log };
      await restoreMember(member.command, processes, restore);
    }
    await member.launch();
  }));
  return {
    binaries,
    dataRoot,
    members,
    proxies,
    join: async (expect) => {
      const first = addresses.length + 1;
      const [opened] = await openProxies(proxies, { first, count: 1 });
      if (opened === undefined) throw new Error("Cannot open the proxies");
      await expect(localUrl(opened.peerProxyPort));
      addresses.push(opened);
      const member = make(opened, "existing");
      await member.launch();
      return member;
    },
    resources: resources.move(),
  };
}

/** The server for so many members: the one that is given, or found. */
async function findBinaries(
  count: number,
  { binaries, version, onProgress }: ClusterOptions,
): Promise<EtcdBinaries> {
  if (!Number.isInteger(count) || count < 1 || count > 9) {
    throw new RangeError(
      `Cannot start a cluster as 'members' must be 1 to 9: current value is ${count}`,
    );
  }
  const found = binaries ?? await findEtcd({
    ...(version === undefined ? {} : { version }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const members = count === 1 ? "member" : "members";
  onProgress?.(`Starting ${count} ${members} of etcd ${found.version}`);
  return found;
}

/** What the members of a cluster have in common. */
interface Ground {
  readonly binaries: EtcdBinaries;
  readonly dataRoot: string;
  readonly token: string;
  readonly processes: ProcessHost;
  /** Of all of them; those that join are added. */
  readonly addresses: readonly OpenedMember[];
  readonly options: ClusterOptions;
}

type MakeMember = (
  opened: OpenedMember,
  state: "new" | "existing",
) => EtcdMember;

function memberMaker(
  { binaries, dataRoot, token, processes, addresses, options }: Ground,
): MakeMember {
  const { extraArgs = [] } = options;
  return ({ proxy, ...member }, state) =>
    new EtcdMember({
      name: member.name,
      clientPort: member.clientPort,
      proxy,
      peerProxyPort: member.peerProxyPort,
      command: etcdCommand(member, {
        binaries,
        dataRoot,
        token,
        state,
        members: addresses,
        extraArgs: typeof extraArgs === "function"
          ? extraArgs(member)
          : extraArgs,
      }),
      processes,
      log: `${dataRoot}/${member.name}.log`,
    });
}

type OpenedMember = MemberAddresses & { readonly proxy: FaultProxy };

async function openProxies(
  host: ProxyHost,
  { first, count }: { readonly first: number; readonly count: number },
): Promise<OpenedMember[]> {
  const ports = freePorts(4 * count);
  const take = (): number => ports.pop() ?? 0;
  const opened: OpenedMember[] = [];
  for (let number = first; number < first + count; number++) {
    const clientPort = take();
    const peerPort = take();
    const peerProxyPort = take();
    const proxy = await openFaultProxy(host, {
      port: take(),
      targetPort: clientPort,
    });
    await host.ask({
      op: "open",
      kind: "peer",
      port: peerProxyPort,
      targetPort: peerPort,
    });
    opened.push({
      name: `m${number}`,
      clientPort,
      peerPort,
      clientProxy: proxy.endpoint,
      peerProxyPort,
      proxy,
    });
  }
  return opened;
}
