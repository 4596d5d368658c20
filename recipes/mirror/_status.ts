import { guardedListener, untilAborted } from "../../api/waiting/mod.ts";
import type { EtcdError } from "../../errors/etcd_error.ts";
import type { MirrorOptions, MirrorProgress, MirrorState } from "./types.ts";

/** One of the two ends of a mirror. */
export type Side = "source" | "target";

type Interruption = Extract<MirrorState, { readonly kind: "interrupted" }>;

interface Waiter {
  readonly revision: bigint;
  resolve(): void;
}

/** The state and the progress of a mirror, and those who wait for it. */
export class Status {
  readonly #tellState: (state: MirrorState) => void;
  readonly #tellProgress: (progress: MirrorProgress) => void;
  readonly #waiting = new Set<Waiter>();
  /** The state when nothing is in the way. */
  #work: MirrorState = { kind: "starting" };
  readonly #interruptions = new Map<Side, Interruption>();
  #told: MirrorState = this.#work;
  #revision = 0n;
  #heard = 0n;
  #keys = 0;

  constructor({ onProgress, onStateChange }: MirrorOptions) {
    this.#tellState = onStateChange === undefined
      ? () => {}
      : guardedListener("onStateChange", onStateChange);
    this.#tellProgress = onProgress === undefined
      ? () => {}
      : guardedListener("onProgress", onProgress);
  }

  get state(): MirrorState {
    return this.#told;
  }

  get progress(): MirrorProgress {
    const behind = this.#heard - this.#revision;
    const lagRevisions = behind > 0n ? behind : 0n;
    return { revision: this.#revision, lagRevisions, keys: this.#keys };
  }

  /** Whether somebody waits for a revision. */
  get isAwaited(): boolean {
    return this.#waiting.size > 0;
  }

  become(work: MirrorState): void {
    if (this.#work.kind === "closed") return;
    this.#work = work;
    if (work.kind === "closed") this.#interruptions.clear();
    this.#tell();
  }

  /** A side cannot be reached. */
  interrupted(side: Side, reason: EtcdError): void {
    if (this.#work.kind === "closed") return;
    this.#interruptions.set(side, { kind: "interrupted", side, reason });
    this.#tell();
  }

  /** A side has answered. */
  reached(side: Side): void {
    if (this.#interruptions.delete(side)) this.#tell();
  }

  /** The source has at least this revision. */
  heard(revision: bigint): void {
    if (revision <= this.#heard) return;
    this.#heard = revision;
    this.#tellProgress(this.progress);
  }

  /** So many keys were written or deleted. */
  wrote(keys: number): void {
    if (keys === 0) return;
    this.#keys += keys;
    this.#tellProgress(this.progress);
  }

  /** The destination is equal to the source at a revision. */
  equals(revision: bigint): void {
    if (this.#revision === revision) return;
    this.#revision = revision;
    this.#tellProgress(this.progress);
    for (const waiter of [...this.#waiting]) {
      if (waiter.revision > revision) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }

  /** The source has gone back: what was heard of it is not true any more. */
  forgetHeard(revision: bigint): void {
    this.#heard = revision;
  }

  /** Waits until the destination equals a revision. */
  until(revision: bigint, signal: AbortSignal): Promise<void> {
    return untilAborted(signal, (resolve) => {
      const waiter = { revision, resolve };
      this.#waiting.add(waiter);
      return () => this.#waiting.delete(waiter);
    });
  }

  #tell(): void {
    const [interruption] = this.#interruptions.values();
    const state = interruption ?? this.#work;
    if (state === this.#told) return;
    this.#told = state;
    this.#tellState(state);
  }
}
