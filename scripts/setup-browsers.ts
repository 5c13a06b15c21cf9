/** Installs the browsers that the tests run in and this machine lacks. Says each step before it does it. */
import { parseArgs } from "node:util";
import { BROWSERS, installBrowsers } from "./browsers.js";

const HELP = `Usage: npm run setup:browsers [-- --help]

Installs the browsers in which tests of pages run, where they are not installed yet, by apt-get, as root or with sudo:
${BROWSERS.map(({ name, packages }) => `  ${name}: Debian's ${packages.join(", ")}`).join("\n")}`;

try {
  const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
  if (values.help) console.log(HELP);
  else console.log(installBrowsers() ? "Done." : "Nothing was lacking.");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
