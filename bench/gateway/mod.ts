/**
 * The ways through a gateway, a load for them, and the page about it.
 *
 * @module
 */
export { download, IdleConnections, often } from "./load.ts";
export {
  GATEWAY_MARKS,
  type GatewaySample,
  type IdleSample,
  renderGateway,
} from "./report.ts";
export { type GatewaySubject, GatewaySubjects } from "./subjects.ts";
