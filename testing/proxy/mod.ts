/**
 * TCP proxies that make faults.
 *
 * @module
 */
export type { FaultMode, FaultName, ProxyStats } from "./fault_mode.ts";
export {
  type FaultProxy,
  type LoneFaultProxy,
  openFaultProxy,
  startFaultProxy,
  startProxyHost,
  takePorts,
} from "./fault_proxy.ts";
export type { ProxyHost } from "./_protocol.ts";
