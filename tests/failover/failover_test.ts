// The scenarios that are over soon; the others are in tests/matrix/.
import { CATALOGUE } from "../scenarios/catalogue.ts";
import { isLong } from "../scenarios/long_scenarios.ts";
import { testScenarios } from "./_scenario_suite.ts";

testScenarios(CATALOGUE.filter((scenario) => !isLong(scenario)));
