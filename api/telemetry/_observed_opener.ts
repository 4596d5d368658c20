import { EtcdError } from "../../errors/etcd_error.ts";
import type { Method } from "../../proto/method.ts";
import type {
  Opener,
  OpenStream,
  StreamListener,
  StreamSettings,
} from "../stream/mod.ts";
import type { CallRecord, Telemetry } from "./_telemetry.ts";

/**
 * Records each stream, from the wait for a connection to its end. It is only in
 * use where OpenTelemetry is set up.
 */
export class ObservedOpener implements Opener {
  readonly #opener: Opener;
  readonly #telemetry: Telemetry;

  constructor(opener: Opener, telemetry: Telemetry) {
    this.#opener = opener;
    this.#telemetry = telemetry;
  }

  notOpened(...late: Parameters<Opener["notOpened"]>): EtcdError {
    return this.#opener.notOpened(...late);
  }

  async open<Request, Response>(
    method: Method<Request, Response>,
    settings: StreamSettings,
    listener: StreamListener<Response>,
  ): Promise<OpenStream<Request>> {
    const record = this.#telemetry.begin(method.path);
    const followed: StreamListener<Response> = {
      onMessage: (message) => listener.onMessage(message),
      onEnd: (error) => {
        record.end({ error, aborted: false });
        listener.onEnd(error);
      },
      ...listener.onDone && {
        onDone: () => {
          record.end();
          listener.onDone?.();
        },
      },
    };
    try {
      const stream = await record.run(() =>
        this.#opener.open(
          method,
          { ...settings, trace: record },
          followed,
        )
      );
      record.answered(stream.endpoint);
      return {
        ...stream,
        cancel: (reason) => {
          stream.cancel(reason);
          endHere(record, reason);
        },
      };
    } catch (error) {
      endHere(record, error);
      throw error;
    }
  }
}

/** Ends the record of a stream ended here: failed if the reason is our error. */
function endHere(record: CallRecord, reason: unknown): void {
  if (reason instanceof EtcdError) {
    record.end({ error: reason, aborted: false });
  } else record.leave();
}
