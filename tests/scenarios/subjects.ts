import { BALANCER_NAMES, type BalancerName } from "../../balancers/mod.ts";
import type { Subject } from "./scenario.ts";

/** The strategies that come with the client, oldest design first. */
export const SUBJECTS: readonly Subject[] = BALANCER_NAMES.map((name) => ({
  name,
  balancer: name,
}));

/** The strategy of a client that names none. */
export const DEFAULT_BALANCER: BalancerName = "grpc1.23";
