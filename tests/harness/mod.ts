export { type FaultMode, type ProxyStats } from "./fault_mode.ts";
export {
  type FaultProxy,
  type LoneFaultProxy,
  startFaultProxy,
} from "./fault_proxy.ts";
export { sleep, waitFor, type WaitOptions } from "./wait_for.ts";
