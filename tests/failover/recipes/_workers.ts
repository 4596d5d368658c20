// Programs beside each other that are killed, frozen and started again.
import { sleep } from "../../harness/mod.ts";
import { RunningProgram } from "./_running.ts";

/** A program that ran, or runs. */
export interface Worker {
  readonly program: RunningProgram;
  /** Whether it was killed. */
  killed: boolean;
}

/** What befalls the workers, by a seeded number. */
const FATES = ["kill", "freeze", "kill", "spare"] as const;

/** Several of a program, of which each is replaced when it was killed. */
export class Workers implements AsyncDisposable {
  /** All that there ever were. */
  readonly all: Worker[] = [];
  readonly #text: string;
  readonly #live: Worker[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Starts so many, and waits until each has printed this line. */
  async start(count: number, ready: RegExp): Promise<void> {
    const started = Array.from({ length: count }, () => this.#start());
    for (const worker of await Promise.all(started)) {
      await worker.program.printed(ready);
    }
  }

  /** All lines that any of them has printed. */
  get lines(): readonly string[] {
    return this.all.flatMap(({ program }) => program.lines);
  }

  /** Lets one of them have its fate; `frozenMs` is beyond its lease. */
  async strike(
    random: () => number,
    { frozenMs }: { readonly frozenMs: number },
  ): Promise<string> {
    const fate = FATES[Math.floor(random() * FATES.length)] ?? "spare";
    const at = Math.floor(random() * this.#live.length);
    const victim = this.#live[at];
    if (victim === undefined) return "spare";
    if (fate === "kill") {
      this.#live.splice(at, 1);
      this.#kill(victim);
      await this.#start();
    } else if (fate === "freeze") {
      victim.program.signal("SIGSTOP");
      await sleep(frozenMs);
      victim.program.signal("SIGCONT");
    }
    return fate;
  }

  /** Kills all that are left. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#live.splice(0)) this.#kill(worker);
    for (const { program } of this.all) await program[Symbol.asyncDispose]();
  }

  #kill(worker: Worker): void {
    worker.killed = true;
    worker.program.signal("SIGKILL");
  }

  async #start(): Promise<Worker> {
    const program = await RunningProgram.start(this.#text, { check: false });
    const worker = { program, killed: false };
    this.all.push(worker);
    this.#live.push(worker);
    return worker;
  }
}
