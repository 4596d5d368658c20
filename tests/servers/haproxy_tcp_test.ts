import { checkColumn } from "./_suite.ts";
import { HAPROXY_TCP } from "./columns.ts";

checkColumn(HAPROXY_TCP);
