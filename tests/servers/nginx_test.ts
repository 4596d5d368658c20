import { checkColumn } from "./_suite.ts";
import { NGINX } from "./columns.ts";

checkColumn(NGINX);
