import type { BalancerName } from "../../mod.ts";
import type { Subject } from "./scenario.ts";

const NAMES: readonly BalancerName[] = ["grpc1.0", "grpc1.7", "grpc1.23"];

/** The strategies that come with the client, oldest design first. */
export const SUBJECTS: readonly Subject[] = NAMES.map((name) => ({
  name,
  balancer: name,
}));
