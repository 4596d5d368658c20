import { testScenarios } from "../failover/_scenario_suite.ts";

testScenarios("grpc1.0", { length: "long" });
