import { checkColumn } from "./_suite.ts";
import { GRPC_PROXY } from "./columns.ts";

checkColumn(GRPC_PROXY);
