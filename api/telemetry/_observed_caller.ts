import type { Attempt } from "../../errors/etcd_error.ts";
import type { Method } from "../../proto/method.ts";
import type {
  Caller,
  CallOptions,
  TraceableCaller,
  TracedOptions,
} from "../call/mod.ts";
import type { Telemetry } from "./_telemetry.ts";
import type { TellEvent } from "../events.ts";

/** Who follows the calls. */
export interface CallObservers {
  /** Told of repetitions. */
  readonly onEvent: TellEvent | undefined;
  /** Makes spans and measures. */
  readonly telemetry: Telemetry | undefined;
}

/** Tells of each call: only in use where somebody listens. */
export class ObservedCaller implements Caller {
  readonly #caller: TraceableCaller;
  readonly #observers: CallObservers;

  constructor(caller: TraceableCaller, observers: CallObservers) {
    this.#caller = caller;
    this.#observers = observers;
  }

  async unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    action: string,
    options: CallOptions | undefined,
  ): Promise<Response> {
    const { onEvent, telemetry } = this.#observers;
    const record = telemetry?.begin(method.path);
    let attempt = 0;
    const trace = {
      retried({ endpoint, code, durationMs }: Attempt) {
        attempt++;
        record?.retried({ endpoint, code, durationMs });
        onEvent?.({
          type: "retry",
          method: method.name,
          endpoint,
          attempt,
          code,
          durationMs,
        });
      },
      answered: (endpoint: string) => record?.answered(endpoint),
    };
    const traced: TracedOptions = { ...options, trace };
    const call = () => this.#caller.unary(method, request, action, traced);
    if (record === undefined) return await call();
    try {
      const response = await record.run(call);
      record.end();
      return response;
    } catch (error) {
      record.end({ error, aborted: options?.signal?.aborted === true });
      throw error;
    }
  }
}
