import { ProcessHost } from "../process/mod.ts";
import { type EtcdBinaries, findEtcd } from "../programs/mod.ts";
import {
  type FaultProxy,
  openFaultProxy,
  type ProxyHost,
  startProxyHost,
  takePorts,
} from "../proxy/mod.ts";
import { type Access, type ClientTls, localUrl, ROOT } from "./_access.ts";
import { etcdCommand, type MemberAddresses } from "./_command.ts";
import { EtcdMember } from "./_etcd_member.ts";
import { type InstalledTls, installTls } from "./_tls.ts";
import { checkSnapshot } from "./_tools.ts";
import type { StartEtcdOptions } from "./options.ts";

/** A cluster whose processes run, though they may not serve yet. */
export interface StartedCluster {
  readonly binaries: EtcdBinaries;
  readonly dataRoot: string;
  readonly members: readonly EtcdMember[];
  readonly proxies: ProxyHost;
  readonly processes: ProcessHost;
  readonly access: Access;
  /** Certificates for clients. */
  readonly clientTls: ClientTls | undefined;
  /**
   * Starts one more, when whoever is told its peer URL has made the cluster
   * expect it.
   */
  join(expect: (peerUrl: string) => Promise<unknown>): Promise<EtcdMember>;
  /** Gives everything back. */
  close(): Promise<void>;
}

/** Finds a server, opens the proxies, starts the processes. */
export async function startMembers(
  options: StartEtcdOptions,
): Promise<StartedCluster> {
  await checkSnapshot("startEtcd", options.snapshot);
  const binaries = await findBinaries(options);
  const proxies = startProxyHost();
  const processes = new ProcessHost();
  const close = async (): Promise<void> => {
    try {
      await processes.close();
    } finally {
      await proxies.close();
    }
  };
  try {
    const started = await launchMembers({
      binaries,
      proxies,
      processes,
      options,
    });
    return { ...started, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** All that is there before any member. */
interface Basis {
  readonly binaries: EtcdBinaries;
  readonly proxies: ProxyHost;
  readonly processes: ProcessHost;
  readonly options: StartEtcdOptions;
}

async function launchMembers(
  basis: Basis,
): Promise<Omit<StartedCluster, "close">> {
  const { binaries, proxies, processes, options } = basis;
  const { members: count = 3, snapshot, auth } = options;
  const dataRoot = await processes.makeRoot("etcdeno-");
  const tls = await installTls(dataRoot, options.tls);
  const root = typeof auth === "object" ? { ...ROOT, ...auth } : ROOT;
  const access = { tls: tls.admin, root };
  const open = (first: number, more: number): Promise<OpenedMember[]> =>
    openProxies(proxies, { first, count: more, scheme: tls.scheme });
  const addresses = await open(1, count);
  const make = memberMaker({ ...basis, dataRoot, tls, access, addresses });
  const members = addresses.map((member) => make(member, "new"));
  await Promise.all(members.map(async (member) => {
    if (snapshot !== undefined) await member.restore({ binaries, snapshot });
    await member.launch();
  }));
  return {
    ...basis,
    dataRoot,
    members,
    access,
    clientTls: tls.client,
    join: async (expect) => {
      const [opened] = await open(addresses.length + 1, 1);
      if (opened === undefined) throw new Error("Cannot open the proxies");
      await expect(localUrl(opened.peerProxyPort));
      addresses.push(opened);
      const member = make(opened, "existing");
      await member.launch();
      return member;
    },
  };
}

/** The server to run: the one that is given, or found. */
async function findBinaries(
  { binaries, members = 3, version, onProgress, signal }: StartEtcdOptions,
): Promise<EtcdBinaries> {
  const found = binaries ?? await findEtcd({ version, onProgress, signal });
  const what = members === 1 ? "member" : "members";
  onProgress?.(`Starting ${members} ${what} of etcd ${found.version}`);
  return found;
}

/** All that the members of a cluster have in common. */
interface Ground extends Basis {
  readonly dataRoot: string;
  readonly tls: InstalledTls;
  readonly access: Access;
  /** Of all of them; those that join are added. */
  readonly addresses: readonly OpenedMember[];
}

type MakeMember = (
  opened: OpenedMember,
  state: "new" | "existing",
) => EtcdMember;

function memberMaker(ground: Ground): MakeMember {
  const { binaries, dataRoot, tls, addresses, options } = ground;
  const token = crypto.randomUUID();
  const { extraArgs = [], logLevel = "error" } = options;
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
        scheme: tls.scheme,
        extraArgs: [
          `--log-level=${logLevel}`,
          ...tls.args,
          ...typeof extraArgs === "function" ? extraArgs(member) : extraArgs,
        ],
      }),
      processes: ground.processes,
      access: ground.access,
      log: `${dataRoot}/${member.name}.log`,
    });
}

type OpenedMember = MemberAddresses & { readonly proxy: FaultProxy };

interface ProxiesToOpen {
  readonly first: number;
  readonly count: number;
  readonly scheme: "http" | "https";
}

async function openProxies(
  host: ProxyHost,
  { first, count, scheme }: ProxiesToOpen,
): Promise<OpenedMember[]> {
  const ports = await takePorts(host, 4 * count);
  const take = (): number => ports.pop() ?? 0;
  const opened: OpenedMember[] = [];
  for (let number = first; number < first + count; number++) {
    const clientPort = take();
    const peerPort = take();
    const peerProxyPort = take();
    const proxy = await openFaultProxy(host, {
      port: take(),
      targetPort: clientPort,
      scheme,
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
