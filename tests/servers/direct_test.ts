import { checkColumn } from "./_suite.ts";
import { DIRECT } from "./columns.ts";

checkColumn(DIRECT);
