import { find } from "./find.js";

find().then((found) => console.log(JSON.stringify(found)));
