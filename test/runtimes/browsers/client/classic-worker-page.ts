/** On a page that leaves all to a classic worker. */
import { reportOf, tell } from "./report.js";

tell(await reportOf(new Worker("/client/classic-worker.js")));
