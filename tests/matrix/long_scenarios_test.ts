// The scenarios that `deno task test` has no time for.
import { testScenarios } from "../failover/_scenario_suite.ts";
import { CATALOGUE } from "../scenarios/catalogue.ts";
import { isLong } from "../scenarios/long_scenarios.ts";

testScenarios(CATALOGUE.filter(isLong));
