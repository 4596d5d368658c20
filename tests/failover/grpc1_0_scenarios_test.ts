import { testScenarios } from "./_scenario_suite.ts";

testScenarios("grpc1.0", { length: "short" });
