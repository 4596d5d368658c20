import {
  type SrvEndpoint,
  srvServices,
} from "../../balancers/transport/mod.ts";
import type { DiscoveryOptions } from "../options.ts";
import { responseCode, systemNameServer } from "./_response_code.ts";

/** Options of a memory of records. */
export interface SrvMemoryOptions {
  readonly discovery: DiscoveryOptions;
  /** Called when endpoints stay because the name server cannot be asked. */
  onKept(error: Error): void;
}

const NO_ERROR = 0;
const NAME_ERROR = 3;

/**
 * Remembers which endpoints the two services named. When a service names none
 * any more, its endpoints stay until the name server says that there are none:
 * a name server that fails says nothing about the cluster.
 */
export class SrvMemory {
  readonly #options: SrvMemoryOptions;
  #last: readonly SrvEndpoint[] = [];

  constructor(options: SrvMemoryOptions) {
    this.#options = options;
  }

  /** The endpoints found, and those of a service that is not gone. */
  async complete(
    found: readonly SrvEndpoint[],
    signal: AbortSignal,
  ): Promise<readonly SrvEndpoint[]> {
    const { domain, name } = this.#options.discovery;
    const all: SrvEndpoint[] = [];
    for (const { service, secure } of srvServices(domain, { name })) {
      const present = found.filter((endpoint) => endpoint.secure === secure);
      const before = this.#last.filter((one) => one.secure === secure);
      const missing = present.length === 0 && before.length > 0;
      const kept = missing && !await this.#isGone(service, signal);
      all.push(...kept ? before : present);
    }
    this.#last = all;
    return all;
  }

  async #isGone(service: string, signal: AbortSignal): Promise<boolean> {
    const { discovery, onKept } = this.#options;
    try {
      const server = discovery.nameServer ?? await systemNameServer();
      if (server === undefined) {
        throw new Error("the name server is not known, see --dns-server");
      }
      const code = await responseCode(service, server, signal);
      if (code === NO_ERROR || code === NAME_ERROR) return true;
      throw new Error(`the name server fails with response code ${code}`);
    } catch (cause) {
      signal.throwIfAborted();
      const { message } = cause as Error;
      onKept(
        new Error(`Cannot look up ${service}: ${message}`, { cause }),
      );
      return false;
    }
  }
}
