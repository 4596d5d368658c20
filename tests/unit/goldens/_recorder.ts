import { type ClientHttp2Session, connect } from "node:http2";
import type { Method } from "../../../proto/method.ts";
import { methods } from "../../../proto/methods.ts";
import { openCall } from "./_raw_call.ts";
import type { RecordingProxy } from "./_recording_proxy.ts";

/** For keys and values. */
export const utf8: TextEncoder = new TextEncoder();
/** How long anything may take. */
export const DEADLINE_MS = 20_000;

/** Makes the calls, in an order that each finds what it needs. */
export class Recorder {
  readonly #directory: string;
  readonly #proxy: RecordingProxy;
  readonly #session: ClientHttp2Session;
  readonly calls: object[] = [];

  constructor(directory: string, proxy: RecordingProxy) {
    this.#directory = directory;
    this.#proxy = proxy;
    this.#session = connect(`http://${proxy.endpoint}`);
  }

  close(): void {
    this.#session.destroy();
  }

  /** Runs `etcdctl` and keeps every call it makes. */
  async ctl(title: string, args: readonly string[], input = ""): Promise<void> {
    const child = this.#spawn(args);
    const writer = child.stdin.getWriter();
    await writer.write(utf8.encode(input));
    await writer.close();
    const { success, stderr } = await child.output();
    if (!success) {
      throw new Error(
        `Cannot record ${title}: ${new TextDecoder().decode(stderr)}`,
      );
    }
    await this.#keep(title, "etcdctl");
  }

  /** Has `etcdctl` watch until it has printed something, and ends it. */
  async ctlWatch(
    title: string,
    { args, change }: {
      readonly args: readonly string[];
      readonly change: () => Promise<void>;
    },
  ): Promise<void> {
    const child = this.#spawn(["watch", ...args]);
    await child.stdin.close();
    await change();
    const printed = child.stdout.getReader();
    await printed.read();
    printed.releaseLock();
    child.kill("SIGKILL");
    await child.stdout.cancel();
    await child.stderr.cancel();
    await child.status;
    await this.#keep(title, "etcdctl");
  }

  /** Makes one call of ours and returns its first reply. */
  async ours<Request, Response>(
    title: string,
    method: Method<Request, Response>,
    request: Request,
  ): Promise<Response> {
    const call = openCall(this.#session, method.path);
    call.send(method.encode(request));
    const reply = method.decode(await call.next());
    await call.finish();
    await this.#keep(title, "etcdeno");
    return reply;
  }

  /** A watch stream of ours with creation, events, progress and cancellation. */
  async watchStream(): Promise<void> {
    const { watch } = methods.watch;
    const call = openCall(this.#session, watch.path);
    const key = utf8.encode("w");
    const createRequest = {
      key,
      rangeEnd: utf8.encode("x"),
      prevKv: true,
      watchId: { low: 7, high: 0 },
      fragment: true,
    };
    call.send(watch.encode({ createRequest }));
    await call.next();
    for (const args of [["put", "w", "1"], ["put", "w", "2"], ["del", "w"]]) {
      await this.ctl(`change while watching: ${args.join(" ")}`, args);
      await call.next();
    }
    call.send(watch.encode({ progressRequest: {} }));
    await call.next();
    call.send(
      watch.encode({ cancelRequest: { watchId: { low: 7, high: 0 } } }),
    );
    await call.next();
    // A server does not end a watch stream because the client said its last.
    call.cancel();
    await this.#keep("watch stream", "etcdeno");
  }

  #spawn(args: readonly string[]): Deno.ChildProcess {
    return new Deno.Command(`${this.#directory}/etcdctl`, {
      args: [`--endpoints=${this.#proxy.endpoint}`, ...args],
      env: { ETCDCTL_API: "3" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async #keep(title: string, client: string): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    const taken = [...this.#proxy.take()];
    // The proxy hears of the end of a call a little after the caller.
    while (taken.length === 0) {
      if (Date.now() > deadline) {
        throw new Error(`Cannot record ${title}: no call was made`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
      taken.push(...this.#proxy.take());
    }
    for (const recording of taken) {
      this.calls.push({ title, client, ...recording });
    }
  }
}
