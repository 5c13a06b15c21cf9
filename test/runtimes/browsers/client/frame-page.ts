/** On a page that leaves all to a frame of another origin, which has none of the page's rights but isolation. */
import { type Report, tell } from "./report.js";

const frame = document.createElement("iframe");
frame.setAttribute("sandbox", "allow-scripts");
frame.allow = "cross-origin-isolated";
frame.src = "/page-in-frame";
addEventListener("message", ({ data }: MessageEvent<Report>) => tell(data));
document.body.append(frame);
