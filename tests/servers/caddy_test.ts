import { checkColumn } from "./_suite.ts";
import { CADDY } from "./columns.ts";

checkColumn(CADDY);
