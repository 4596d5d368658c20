import { testScenarios } from "./_scenario_suite.ts";

testScenarios("adaptive", { length: "short" });
