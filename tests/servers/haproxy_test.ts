import { checkColumn } from "./_suite.ts";
import { HAPROXY } from "./columns.ts";

checkColumn(HAPROXY);
