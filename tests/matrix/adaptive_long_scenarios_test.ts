import { testScenarios } from "../failover/_scenario_suite.ts";

testScenarios("adaptive", { length: "long" });
