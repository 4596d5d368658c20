import { whyNoKine } from "../harness/mod.ts";
import { checkColumn } from "./_suite.ts";
import { KINE } from "./columns.ts";

checkColumn(KINE, { missing: await whyNoKine() });
