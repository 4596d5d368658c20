import { testScenarios } from "./_scenario_suite.ts";

testScenarios("grpc1.23", { length: "short" });
