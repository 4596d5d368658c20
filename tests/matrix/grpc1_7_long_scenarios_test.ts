import { testScenarios } from "../failover/_scenario_suite.ts";

testScenarios("grpc1.7", { length: "long" });
