/** What nobody has caught while a test ran. */
export class Uncaught implements Disposable {
  readonly errors: string[] = [];

  constructor() {
    addEventListener("error", this.#onError);
  }

  [Symbol.dispose](): void {
    removeEventListener("error", this.#onError);
  }

  readonly #onError = (event: ErrorEvent): void => {
    event.preventDefault();
    this.errors.push(event.error.message);
  };
}
