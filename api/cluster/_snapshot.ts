import { createHash } from "node:crypto";
import { GRPC_CODE } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { methods } from "../../proto/methods.ts";
import { toUnsignedBigInt } from "../../proto/int64.ts";
import type { Clock } from "../../balancers/transport/mod.ts";
import { type Opener, ServerStream } from "../stream/mod.ts";
import type { Snapshot } from "./maintenance_types.ts";
import { type OptionKinds, SIGNAL, TIMEOUT_MS } from "../checks/mod.ts";

const ACTION = "take the snapshot";
const DIGEST_BYTES = 32;

/** The options of a snapshot. */
export const SNAPSHOT_OPTIONS: OptionKinds = {
  signal: SIGNAL,
  timeoutMs: TIMEOUT_MS,
};

interface SnapshotSettings {
  readonly signal?: AbortSignal | undefined;
  /** The longest wait for the next bytes; `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** The time. */
  readonly clock: Pick<Clock, "hold">;
}

/** The words of the member about the latest bytes. */
type Told = Pick<Snapshot, "version" | "remainingBytes">;

/** The bytes of a snapshot; its stream is opened when it is first read. */
export class SnapshotStream extends ReadableStream<Uint8Array<ArrayBuffer>>
  implements Snapshot {
  readonly #latest: () => Told | undefined;

  constructor(opener: Opener, settings: SnapshotSettings) {
    const stream = new ServerStream(opener, methods.maintenance.snapshot, {
      request: {},
      action: ACTION,
      requireLeader: false,
      ...settings,
      signal: settings.signal,
    });
    const digest = new TrailingDigest();
    let latest: Told | undefined;
    super({
      async pull(controller) {
        for (;;) {
          const message = await stream.next();
          if (message === undefined) {
            if (!digest.matches()) throw damaged(stream.endpoint);
            controller.close();
            return;
          }
          // A copy, which does not keep the frame it came in alive.
          const bytes = new Uint8Array(message.blob);
          latest = {
            version: message.version || undefined,
            remainingBytes: toUnsignedBigInt(message.remainingBytes),
          };
          if (bytes.length === 0) continue;
          digest.add(bytes);
          controller.enqueue(bytes);
          return;
        }
      },
      cancel(reason) {
        stream.end(reason);
      },
      // Nothing is read ahead, and nothing before the first read.
    }, { highWaterMark: 0 });
    this.#latest = () => latest;
  }

  get version(): string | undefined {
    return this.#latest()?.version;
  }

  get remainingBytes(): bigint | undefined {
    return this.#latest()?.remainingBytes;
  }
}

/** Checks bytes whose last 32 are the SHA-256 digest of those before. */
class TrailingDigest {
  readonly #hash = createHash("sha256");
  #tail = new Uint8Array(0);

  add(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.#tail.length + bytes.length);
    joined.set(this.#tail);
    joined.set(bytes, this.#tail.length);
    const end = Math.max(joined.length - DIGEST_BYTES, 0);
    this.#hash.update(joined.subarray(0, end));
    this.#tail = joined.slice(end);
  }

  /** Whether the digest is right. Asked once, last. */
  matches(): boolean {
    const digest = this.#hash.digest();
    return digest.length === this.#tail.length &&
      digest.every((byte, at) => byte === this.#tail[at]);
  }
}

function damaged(endpoint: string | undefined): EtcdError {
  return new EtcdError(
    `Cannot ${ACTION}: the SHA-256 digest from ${endpoint} does not match the bytes it sent (data_loss)`,
    {
      code: "data_loss",
      grpcCode: GRPC_CODE.dataLoss,
      endpoint,
      method: methods.maintenance.snapshot.name,
      retryable: true,
    },
  );
}
