import { InvalidOptionError } from "../../errors/mod.ts";
import { stateError } from "../errors/mod.ts";
import type { EtcdBinaries } from "../programs/mod.ts";
import type { FaultProxy } from "../proxy/mod.ts";
import { waitFor } from "../wait/mod.ts";
import type { EtcdMember } from "./_etcd_member.ts";
import { AGREE_TIMEOUT_MS, askMembers, Leadership } from "./_leadership.ts";
import { Partition } from "./_partition.ts";
import { checkSnapshot } from "./_tools.ts";
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
  /** The folder of data and logs; removed with the cluster. */
  readonly dataRoot: string;
  readonly #members: readonly EtcdMember[];
  readonly #auth: boolean;
  readonly #started: StartedCluster;
  readonly #leadership: Leadership;
  readonly #partition: Partition;
  #closing: Promise<void> | undefined;

  private constructor(started: StartedCluster, options: StartEtcdOptions) {
    this.binaries = started.binaries;
    this.dataRoot = started.dataRoot;
    this.#members = started.members;
    this.#auth = Boolean(options.auth);
    this.#started = started;
    this.#partition = new Partition(started.members, started.proxies);
    this.#leadership = new Leadership(
      started.members,
      () => this.#reachable(),
    );
  }

  /** Starts one, as {@linkcode startEtcd} does with options it has checked. */
  static async start(options: StartEtcdOptions): Promise<TestCluster> {
    const cluster = new TestCluster(await startMembers(options), options);
    try {
      await cluster.#leadership.waitUntilServing(options.signal);
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
   * All that `new Client()` needs: the endpoints, with `tls` the certificates, with
   * `auth` the user.
   */
  get clientOptions(): EtcdClientOptions {
    const { clientTls: tls, access: { root } } = this.#started;
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
   * @throws {TestingError} If there is none.
   */
  async follower(): Promise<Member> {
    const leader = await this.leader();
    const follower = this.#reachable().find((member) => member !== leader);
    if (follower === undefined) {
      throw stateError("Cannot find a follower: no other member is reachable");
    }
    return follower;
  }

  /**
   * Makes a member the leader; resolves when every reachable member agrees.
   *
   * @throws {TestingError} If the member is down, frozen or isolated, or does
   * not lead within 20 s.
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
    await this.#partition.cut(this.#find("isolate", member));
  }

  /** Ends the isolation of a member, or of all. */
  async heal(member?: Member | number): Promise<void> {
    const one = member === undefined ? undefined : this.#find("heal", member);
    await this.#partition.heal(one);
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
    await this.#leadership.waitUntilServing();
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
    return await saveSnapshot(this.#started.processes, {
      endpoint: directEndpoint,
      binaries: this.binaries,
      directory: this.dataRoot,
      tls: this.#started.access.tls,
      user: this.#auth ? this.#started.access.root : undefined,
    });
  }

  /**
   * Kills every member, puts a snapshot in the place of their data, or nothing,
   * and starts them again as the same cluster on the same URLs. Resolves when
   * all serve.
   *
   * @throws {InvalidOptionError} If there is no such file.
   * @throws {TestingError} If the tool is not there, or refuses the file.
   */
  async restore({ snapshot, flags }: RestoreOptions = {}): Promise<void> {
    await checkSnapshot("restore", snapshot);
    const { binaries } = this;
    await Promise.all(this.#members.map((member) =>
      member.replaceData(
        snapshot === undefined ? undefined : { binaries, snapshot, flags },
      )
    ));
    await Promise.all(this.#members.map((member) => member.launch()));
    await this.#leadership.waitUntilServing();
    if (snapshot === undefined) await this.#beginAuth();
  }

  /** Everything the members have printed, each line after the name of its member. */
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

  async #beginAuth(): Promise<void> {
    if (this.#auth) await this.#members[0]?.admin.enableAuth();
  }

  /** The members that the others can hear of. */
  #reachable(): readonly EtcdMember[] {
    return this.#members.filter((member) =>
      member.running && !member.frozen && !this.#partition.has(member)
    );
  }
}
