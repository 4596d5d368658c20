import { InvalidOptionError } from "../../errors/mod.ts";
import type { ProcessHost } from "../process/mod.ts";
import type { EtcdBinaries } from "../programs/mod.ts";
import type { FaultProxy, ProxyHost } from "../proxy/mod.ts";
import { waitFor } from "../wait/mod.ts";
import type { Access } from "./_access.ts";
import type { EtcdMember } from "./_etcd_member.ts";
import { AGREE_TIMEOUT_MS, askMembers, Leadership } from "./_leadership.ts";
import { saveSnapshot } from "./_snapshot.ts";
import { type StartedCluster, startMembers } from "./_start_members.ts";
import type { Member } from "./member.ts";
import type {
  EtcdClientOptions,
  RestoreOptions,
  StartEtcdOptions,
} from "./options.ts";

/**
 * An etcd cluster on this machine, each member behind a fault proxy for its
 * clients and one for its peers. {@linkcode startEtcd} starts one; it does not
 * outlive this process.
 */
export class TestCluster implements AsyncDisposable {
  /** The programs that run. */
  readonly binaries: EtcdBinaries;
  /** Where the members keep data and logs; removed with the cluster. */
  readonly dataRoot: string;
  readonly #members: readonly EtcdMember[];
  readonly #proxies: ProxyHost;
  readonly #processes: ProcessHost;
  readonly #access: Access;
  readonly #auth: boolean;
  readonly #started: StartedCluster;
  readonly #leadership: Leadership;
  readonly #isolated = new Set<Member>();
  #closing: Promise<void> | undefined;

  private constructor(started: StartedCluster, options: StartEtcdOptions) {
    this.binaries = started.binaries;
    this.dataRoot = started.dataRoot;
    this.#members = started.members;
    this.#proxies = started.proxies;
    this.#processes = started.processes;
    this.#access = started.access;
    this.#auth = Boolean(options.auth);
    this.#started = started;
    this.#leadership = new Leadership(
      started.members.length,
      () => this.#reachable(),
    );
  }

  /** @private */
  static async start(options: StartEtcdOptions): Promise<TestCluster> {
    const cluster = new TestCluster(await startMembers(options), options);
    try {
      await cluster.#waitUntilServing(options.signal);
      if (options.snapshot === undefined) await cluster.#beginAuth();
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  /** The members, in the order of their names. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** The fault proxies of all members, in their order: what clients are given. */
  get endpoints(): readonly string[] {
    return this.#members.map((member) => member.endpoint);
  }

  /**
   * What `new Client()` needs: the endpoints, with `tls` the certificates, with
   * `auth` the user.
   */
  get clientOptions(): EtcdClientOptions {
    const { tls, root } = this.#access;
    return {
      endpoints: this.endpoints,
      ...tls === undefined ? {} : { tls },
      ...this.#auth ? { auth: root } : {},
    };
  }

  /**
   * One member, counted from 0.
   *
   * @throws {InvalidOptionError} If there is none.
   */
  member(index: number): Member {
    return this.#find("member", index);
  }

  /**
   * The way from clients to a member, counted from 0: its fault proxy.
   *
   * @throws {InvalidOptionError} If there is none.
   */
  link(index: number): FaultProxy {
    return this.#find("link", index).proxy;
  }

  /**
   * The member a majority follows, waiting for an election if need be. One
   * that is frozen or isolated may think it leads, but is not meant.
   *
   * @throws {TestingError} If there is none within 20 s.
   */
  async leader(): Promise<Member> {
    return await this.#leadership.settled();
  }

  /**
   * A member that follows the leader and is neither frozen nor isolated.
   *
   * @throws {Error} If there is none.
   */
  async follower(): Promise<Member> {
    const leader = await this.leader();
    const follower = this.#reachable().find((member) => member !== leader);
    if (follower === undefined) {
      throw new Error("Cannot find a follower: no other member is reachable");
    }
    return follower;
  }

  /**
   * Makes a member the leader; resolves when every reachable member agrees.
   *
   * @throws {Error} If the member is down, frozen or isolated.
   * @throws {TestingError} If it does not lead within 20 s.
   */
  async moveLeader(to: Member | number): Promise<void> {
    await this.#leadership.move(this.#find("moveLeader", to));
  }

  /**
   * Starts one more member: `expect` is told its peer URL, and makes the
   * cluster expect it. It is not among the {@linkcode TestCluster.members}, as
   * it may be a learner, but ends with them. Resolves when it answers.
   *
   * @throws {TestingError} If it does not answer within 20 s.
   */
  async join(expect: (peerUrl: string) => Promise<unknown>): Promise<Member> {
    const member = await this.#started.join(expect);
    await waitFor(`${member.name} answering`, () => member.admin.answers(), {
      timeoutMs: AGREE_TIMEOUT_MS,
    });
    await askMembers([member]);
    return member;
  }

  /**
   * Cuts the links of a member to the others, both ways; its clients reach it.
   * Ends with {@linkcode TestCluster.heal}.
   */
  async isolate(member: Member | number): Promise<void> {
    this.#isolated.add(this.#find("isolate", member));
    await this.#applyPartition();
  }

  /** Ends the isolation of a member, or of all. */
  async heal(member?: Member | number): Promise<void> {
    if (member === undefined) this.#isolated.clear();
    else this.#isolated.delete(this.#find("heal", member));
    await this.#applyPartition();
  }

  /**
   * Undoes every fault: proxies pass, counts start anew, isolations end,
   * frozen members run, dead ones are started. Resolves when each member
   * answers a linearizable read and all follow one leader.
   *
   * @throws {TestingError} If a member ends, or does not serve within 30 s.
   */
  async reset(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.proxy.set("pass")));
    await this.heal();
    await Promise.all(this.#members.map(async (member) => {
      await member.thaw();
      if (!member.running) await member.launch();
    }));
    await this.#waitUntilServing();
    await Promise.all(
      this.#members.map((member) => member.proxy.resetStats()),
    );
  }

  /**
   * Saves the data of the cluster, by etcd's own tool, to a file in
   * {@linkcode TestCluster.dataRoot}. Resolves to the path.
   *
   * @throws {TestingError} If the tool is not there, or fails.
   */
  async snapshot(): Promise<string> {
    const { directEndpoint } = await this.leader();
    return await saveSnapshot(this.#processes, {
      endpoint: directEndpoint,
      binaries: this.binaries,
      directory: this.dataRoot,
      tls: this.#access.tls,
      user: this.#auth ? this.#access.root : undefined,
    });
  }

  /**
   * Kills every member, puts a snapshot in the place of their data, or nothing,
   * and starts them again as the same cluster on the same URLs. Resolves when
   * all serve.
   *
   * @throws {TestingError} If the tool is not there, or refuses the file.
   */
  async restore({ snapshot, flags }: RestoreOptions = {}): Promise<void> {
    const { binaries } = this;
    await Promise.all(this.#members.map((member) =>
      member.replaceData(
        snapshot === undefined ? undefined : { binaries, snapshot, flags },
      )
    ));
    await Promise.all(this.#members.map((member) => member.launch()));
    await this.#waitUntilServing();
    if (snapshot === undefined) await this.#beginAuth();
  }

  /** What all members have printed, each line after the name of its member. */
  async logs(): Promise<string> {
    const logs = await Promise.all(this.#members.map(async (member) => {
      const lines = (await member.log()).trimEnd().split("\n");
      return lines.map((line) => `${member.name} ${line}`);
    }));
    return logs.flat().join("\n");
  }

  /** Kills the members and removes their data. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#started.close();
    return this.#closing;
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #find(method: string, which: Member | number): EtcdMember {
    const found = this.#members.find((member, at) =>
      member === which || at === which
    );
    if (found !== undefined) return found;
    const last = this.#members.length - 1;
    throw new InvalidOptionError("member", which, {
      method,
      expected: `one of this cluster, or its index from 0 to ${last}`,
    });
  }

  /** Waits for every member, and for all to agree on a leader. */
  async #waitUntilServing(signal?: AbortSignal): Promise<void> {
    const members = this.#members;
    await Promise.all(members.map((member) => member.waitUntilServing(signal)));
    await waitFor("one leader for all members", async () => {
      const leader = await this.#leadership.now();
      if (leader === undefined || !await this.#leadership.agreesOn(leader)) {
        return false;
      }
      const served = await Promise.all(
        members.map((member) => member.admin.serves()),
      );
      return served.every((yes) => yes);
    }, { timeoutMs: AGREE_TIMEOUT_MS, signal });
  }

  async #beginAuth(): Promise<void> {
    if (this.#auth) await this.#members[0]?.admin.enableAuth();
  }

  /** Those the other members can hear of. */
  #reachable(): readonly EtcdMember[] {
    return this.#members.filter((member) =>
      member.running && !member.frozen && !this.#isolated.has(member)
    );
  }

  async #applyPartition(): Promise<void> {
    const isolated = [...this.#isolated].map(hexId);
    await Promise.all(this.#members.map((member) =>
      this.#proxies.ask({
        op: "isolate",
        port: member.peerProxyPort,
        owner: hexId(member),
        isolated,
      })
    ));
  }
}

/** An id as etcd writes it in headers. */
function hexId(member: Member): string {
  return member.id.toString(16);
}
