import { testScenarios } from "../failover/_scenario_suite.ts";

testScenarios("grpc1.23", { length: "long" });
