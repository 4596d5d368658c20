import type { Attempt } from "../../errors/etcd_error.ts";
import type {
  Caller,
  CallOptions,
  CallTrace,
  TraceableCaller,
  TracedOptions,
  UnaryCall,
} from "../call/mod.ts";
import type { CallRecord, Telemetry } from "./_telemetry.ts";
import type { TellEvent } from "../events.ts";

/** The listeners that follow the calls. */
export interface CallObservers {
  /** A listener to repetitions. */
  readonly onEvent: TellEvent | undefined;
  /** Makes spans and measures. */
  readonly telemetry: Telemetry | undefined;
}

/** A caller that tells of each call: only in use where somebody listens. */
export class ObservedCaller implements Caller {
  readonly #caller: TraceableCaller;
  readonly #observers: CallObservers;

  constructor(caller: TraceableCaller, observers: CallObservers) {
    this.#caller = caller;
    this.#observers = observers;
  }

  async unary<Request, Response>(
    call: UnaryCall<Request, Response>,
    request: Request,
    options: CallOptions | undefined,
  ): Promise<Response> {
    const { method } = call;
    const { onEvent, telemetry } = this.#observers;
    const record = telemetry?.begin(method.path);
    const trace = traceFor(method.name, { record, onEvent });
    const traced: TracedOptions = { ...options, trace };
    const run = () => this.#caller.unary(call, request, traced);
    if (record === undefined) return await run();
    try {
      const response = await record.run(run);
      record.end();
      return response;
    } catch (error) {
      record.end({ error, aborted: options?.signal?.aborted === true });
      throw error;
    }
  }
}

/** Makes what follows a call of a method. */
function traceFor(
  method: string,
  { record, onEvent }: {
    readonly record: CallRecord | undefined;
    readonly onEvent: TellEvent | undefined;
  },
): CallTrace {
  let attempt = 0;
  const tell = ({ endpoint, code, durationMs }: Attempt) => {
    attempt++;
    onEvent?.({ type: "retry", method, endpoint, attempt, code, durationMs });
  };
  return {
    headers: record?.headers,
    retried(failed) {
      record?.retried(failed);
      tell(failed);
    },
    failedBeside(failed) {
      record?.failedBeside(failed);
      tell(failed);
    },
    hedged: (endpoint) => record?.hedged(endpoint),
    answered: (endpoint) => record?.answered(endpoint),
  };
}
