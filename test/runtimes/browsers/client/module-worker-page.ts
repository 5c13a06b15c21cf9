/** On a page that leaves all to a module worker. */
import { reportOf, tell } from "./report.js";

tell(await reportOf(new Worker("/client/module-worker.js", { type: "module" })));
