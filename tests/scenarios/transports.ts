/** The transports that scenarios run over: the client's. */
export { DEFAULT_TRANSPORT } from "../../balancers/dial/mod.ts";
export {
  TRANSPORT_NAMES,
  type TransportName,
} from "../../balancers/transport/mod.ts";
