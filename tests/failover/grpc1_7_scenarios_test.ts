import { testScenarios } from "./_scenario_suite.ts";

testScenarios("grpc1.7", { length: "short" });
