import { checkInt64, checkTimeoutMs } from "../../api/checks/mod.ts";
import { type Clock, onAbort, withDeadline } from "../../api/waiting/mod.ts";
import { begin } from "./_begin.ts";
import { Copier } from "./_copies.ts";
import { displacedError, mirrorClosedError } from "./_errors.ts";
import { Following } from "./_following.ts";
import { Limits } from "./_limits.ts";
import { Patience } from "./_patience.ts";
import { type MirrorSettings, WAIT } from "./_settings.ts";
import { Status } from "./_status.ts";
import { sync, type SyncParts } from "./_syncing.ts";
import { Displaced, Target } from "./_target.ts";
import type {
  Mirror,
  MirrorProgress,
  MirrorState,
  MirrorWaitOptions,
} from "./types.ts";

/** A mirror in the hands of the user: syncs, then follows, again and again. */
export class Mirroring implements Mirror {
  readonly ended: Promise<void>;
  readonly #parts: SyncParts;
  readonly #following: Following;
  readonly #status: Status;
  /** Ends what is under way. */
  readonly #stop = new AbortController();
  readonly #unlink: () => void = () => {};
  readonly #settled = Promise.withResolvers<void>();
  #hasStarted = false;
  #running: Promise<void> = Promise.resolve();

  constructor(settings: MirrorSettings, clock: Clock) {
    const { options, checkpoint, destinationPrefix } = settings;
    const status = this.#status = new Status(options);
    const { signal } = this.#stop;
    const hasStarted = () => this.#hasStarted;
    const patience = { status, clock, signal, hasStarted };
    const destination = new Patience("target", patience);
    this.#parts = {
      settings,
      status,
      clock,
      signal,
      source: new Patience("source", patience),
      destination,
      target: new Target({
        ks: settings.target,
        checkpoint,
        destinationPrefix,
        patience: destination,
      }),
      copier: new Copier(settings),
      limits: new Limits(settings.maxTxnOps),
    };
    this.#following = new Following(this.#parts);
    this.ended = this.#settled.promise;
    // Nobody has to wait for it.
    this.ended.catch(() => {});
    this.#unlink = onAbort(options.signal, (reason) => this.#end({ reason }));
  }

  /** Resolves when all that may be refused has been accepted. */
  async start(): Promise<void> {
    try {
      await this.#begin();
      this.#hasStarted = true;
      this.#running = this.#run();
    } catch (error) {
      this.#end({ reason: error });
      throw error;
    }
  }

  get state(): MirrorState {
    return this.#status.state;
  }

  get progress(): MirrorProgress {
    return this.#status.progress;
  }

  async waitFor(
    revision: bigint,
    options: MirrorWaitOptions = {},
  ): Promise<void> {
    const timeoutMs = WAIT.take(options, () => {
      checkInt64("revision", revision);
      return checkTimeoutMs("timeoutMs", options.timeoutMs ?? false);
    });
    const { signal } = options;
    const action = () => `wait for revision ${revision} of the mirror`;
    signal?.throwIfAborted();
    const { state } = this;
    if (state.kind === "closed") {
      throw state.reason ?? mirrorClosedError(action());
    }
    if (this.progress.revision >= revision) return;
    const { clock } = this.#parts;
    const owner = this.#stop.signal;
    await withDeadline(
      { signal, owner, timeoutMs, action, clock },
      (context) => {
        const reached = this.#status.until(revision, context.signal);
        this.#following.ask();
        return reached;
      },
    );
  }

  async close(): Promise<void> {
    this.#end(undefined);
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        try {
          await this.#copy();
        } catch (error) {
          if (!(error instanceof Displaced)) throw error;
          this.#checkDisplaced(error);
          this.#status.become({ kind: "starting" });
          await this.#begin();
        }
      }
    } catch (error) {
      this.#end({ reason: error });
    }
  }

  async #begin(): Promise<void> {
    const { settings, target, status, source: patience } = this.#parts;
    await begin({ settings, target, status, patience });
  }

  async #copy(): Promise<never> {
    if (this.#parts.target.position.phase === "syncing") {
      await sync(this.#parts, undefined);
    }
    for (;;) {
      const reason = await this.#following.run();
      this.#stop.signal.throwIfAborted();
      await sync(this.#parts, reason);
    }
  }

  #checkDisplaced({ wentBack, now }: Displaced): void {
    if (wentBack) return;
    const { shown } = this.#parts.settings;
    throw displacedError(shown.checkpoint, now === undefined);
  }

  #end(ended: { readonly reason: unknown } | undefined): void {
    if (this.#stop.signal.aborted) return;
    this.#unlink();
    const closed = mirrorClosedError("wait for the mirror");
    this.#stop.abort(ended === undefined ? closed : ended.reason);
    this.#status.become({ kind: "closed", reason: ended?.reason });
    if (ended === undefined) this.#settled.resolve();
    else this.#settled.reject(ended.reason);
  }
}
