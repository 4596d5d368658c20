import { BALANCER_NAMES } from "../../balancers/mod.ts";
import type { Subject } from "./scenario.ts";

/** The strategies that come with the client, oldest design first. */
export const SUBJECTS: readonly Subject[] = BALANCER_NAMES.map((name) => ({
  name,
  balancer: name,
}));
