import { readFile, rm, writeFile } from "node:fs/promises";
import {
  helpFor,
  reasonInLog,
  reasonOf,
  stateError,
  TestingError,
  type TestingFailure,
} from "../errors/mod.ts";
import type { HostedProcess, ProcessHost } from "../process/mod.ts";
import type { FaultProxy } from "../proxy/mod.ts";
import { waitFor } from "../wait/mod.ts";
import { type Access, localUrl } from "./_access.ts";
import { Admin } from "./_admin.ts";
import { restoreMember, type RestoreOptions } from "./_tools.ts";
import type { Member } from "./member.ts";

/** Parts of a member. */
export interface EtcdMemberOptions {
  readonly name: string;
  readonly clientPort: number;
  readonly proxy: FaultProxy;
  /** Port of the peer proxy, which the others connect to. */
  readonly peerProxyPort: number;
  readonly processes: ProcessHost;
  readonly access: Access;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** File that takes what etcd prints. */
  readonly log: string;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 30_000;
/** A bad flag is named on the first lines, other trouble on the last. */
const LOG_HEAD_LINES = 3;
const LOG_TAIL_LINES = 12;
/** More than the last lines of a log. */
const PROBE_BYTES = 1 << 16;

/** A member and its process. */
export class EtcdMember implements Member {
  readonly name: string;
  readonly proxy: FaultProxy;
  readonly endpoint: string;
  readonly directEndpoint: string;
  readonly peerProxyPort: number;
  /** Questions to it past the fault proxy. */
  readonly admin: Admin;
  readonly #options: EtcdMemberOptions;
  #id: bigint | undefined;
  #process: HostedProcess | undefined;
  #frozen = false;

  constructor(options: EtcdMemberOptions) {
    this.#options = options;
    this.name = options.name;
    this.proxy = options.proxy;
    this.endpoint = options.proxy.endpoint;
    this.directEndpoint = localUrl(
      options.clientPort,
      options.access.tls === undefined ? "http" : "https",
    );
    this.admin = new Admin(this.directEndpoint, options.access);
    this.peerProxyPort = options.peerProxyPort;
  }

  get id(): bigint {
    if (this.#id === undefined) {
      throw new Error(`Cannot tell the id of ${this.name}: it never served`);
    }
    return this.#id;
  }

  set id(id: bigint) {
    this.#id = id;
  }

  get running(): boolean {
    return this.#process?.running ?? false;
  }

  get frozen(): boolean {
    return this.#frozen && this.running;
  }

  /** The program and its arguments. */
  get command(): readonly string[] {
    return this.#options.command;
  }

  /** Starts the process, which then has to join the others. */
  async launch(): Promise<void> {
    const { processes, command, log } = this.#options;
    this.#frozen = false;
    this.#process = await processes.start(command, log);
  }

  /** Resolves when the member answers linearizable reads. */
  async waitUntilServing(signal?: AbortSignal): Promise<void> {
    await waitFor(`${this.name} serving`, async () => {
      if (!this.running) throw await this.#exitError();
      return await this.admin.serves();
    }, { timeoutMs: START_TIMEOUT_MS, signal });
  }

  /** Kills it, and puts a snapshot in the place of its data, or nothing. */
  async replaceData(
    restore: Omit<RestoreOptions, "log"> | undefined,
  ): Promise<void> {
    const { command } = this.#options;
    await this.kill();
    const flag = command.find((one) => one.startsWith("--data-dir="));
    await rm(flag?.slice("--data-dir=".length) ?? "", { recursive: true });
    if (restore !== undefined) await this.restore(restore);
  }

  /** Makes its data from a snapshot; there must be none. */
  async restore(restore: Omit<RestoreOptions, "log">): Promise<void> {
    const { command, processes, log } = this.#options;
    const options = { ...restore, log: `${log}.restore` };
    await restoreMember(command, processes, options);
  }

  async kill(): Promise<void> {
    const process = this.#process;
    await process?.signal("KILL");
    await process?.exited;
  }

  async stop(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    // A stopped process would keep the signal for later.
    await this.thaw();
    await process.signal("TERM");
    await waitFor(`${this.name} stopping`, () => !process.running, {
      timeoutMs: STOP_TIMEOUT_MS,
      intervalMs: 5,
    });
  }

  async freeze(): Promise<void> {
    if (!this.running) {
      throw stateError(`Cannot freeze ${this.name}: it does not run`);
    }
    await this.#process?.signal("STOP");
    this.#frozen = true;
  }

  async thaw(): Promise<void> {
    if (!this.frozen) return;
    await this.#process?.signal("CONT");
    this.#frozen = false;
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.launch();
    await this.waitUntilServing();
  }

  metrics(): Promise<string> {
    return this.admin.metrics();
  }

  log(): Promise<string> {
    return readFile(this.#options.log, "utf8");
  }

  async #exitError(): Promise<Error> {
    const text = await this.log();
    const lines = text.trimEnd().split("\n");
    if (lines.length > LOG_HEAD_LINES + LOG_TAIL_LINES) {
      lines.splice(
        LOG_HEAD_LINES,
        lines.length - LOG_HEAD_LINES - LOG_TAIL_LINES,
        "…",
      );
    }
    const reason = reasonInLog(text) ?? await this.#faultOfDisk() ?? "exited";
    return new TestingError(
      `Cannot start ${this.name}: etcd exited, its log is\n${lines.join("\n")}`,
      { reason, help: helpFor(reason) },
    );
  }

  /** On a full disk, there is no room for the log that would say so. */
  async #faultOfDisk(): Promise<TestingFailure | undefined> {
    const probe = `${this.#options.log}.probe`;
    try {
      await writeFile(probe, new Uint8Array(PROBE_BYTES));
      return undefined;
    } catch (error) {
      return reasonOf(error);
    } finally {
      await rm(probe, { force: true });
    }
  }
}
