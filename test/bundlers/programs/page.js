// Reports to the server of the page.
import { find } from "./find.js";

find()
  .then(
    (found) => ({ found }),
    (error) => ({ error: `${error}\n${error.stack}` }),
  )
  .then((report) => fetch("/report", { method: "POST", body: JSON.stringify(report) }));
