// Every scenario has a number of its own, and says what is expected of whom.
import { assertEquals } from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { CATALOGUE } from "../../scenarios/catalogue.ts";
import { scenarioName } from "../../scenarios/scenario.ts";
import { skipReason } from "../../scenarios/verdict/skips.ts";

Deno.test("CATALOGUE has each number once", () => {
  const ids = CATALOGUE.map(({ id }) => id);
  assertEquals(ids, [...new Set(ids)]);
});

Deno.test("CATALOGUE expects something of each strategy that a scenario is for", () => {
  const missing = CATALOGUE.flatMap((scenario) =>
    BALANCER_NAMES.filter((name) =>
      scenario.expectations[name] === undefined &&
      skipReason(scenario, { subject: name, etcd: "3.7.0" }) === undefined
    ).map((name) => `${name} | ${scenarioName(scenario)}`)
  );
  assertEquals(missing, []);
});
