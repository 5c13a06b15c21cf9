/** webpack, and Rspack, which has its interface. */
import { rspack as bundleWithRspack } from "@rspack/core";
import bundleWithWebpack from "webpack";
import { type Build, type Bundler, bundlesOf, versionOf } from "../bundler.js";

/** What both take. */
interface Options {
  readonly mode: "production";
  readonly context: string;
  readonly entry: string;
  readonly target: "web" | "node";
  readonly output: { readonly path: string; readonly filename: string };
}

/** What both say of a build, here: whatever is wrong with it, in words. */
interface Result {
  hasErrors(): boolean;
  hasWarnings(): boolean;
  toString(options: "errors-warnings"): string;
}

type Callback = (error: Error | null, result?: Result) => void;

function buildWith(bundle: (options: Options, callback: Callback) => unknown) {
  return ({ project, program, out }: Build): Promise<string> => {
    const isServer = program === "server";
    const filename = `${program}.${isServer ? "cjs" : "js"}`;
    const options: Options = {
      mode: "production",
      context: project,
      entry: `./${program}.js`,
      target: isServer ? "node" : "web",
      output: { path: out, filename },
    };
    return new Promise((resolve, reject) => {
      bundle(options, (error, result) => {
        if (error !== null) reject(error);
        else if (result!.hasErrors() || result!.hasWarnings())
          reject(new Error(result!.toString("errors-warnings")));
        else resolve(filename);
      });
    });
  };
}

export const webpack: Bundler = {
  name: "webpack",
  version: versionOf("webpack"),
  bundle: (project) => bundlesOf(project, buildWith(bundleWithWebpack)),
};

export const rspack: Bundler = {
  name: "Rspack",
  version: versionOf("@rspack/core"),
  bundle: (project) => bundlesOf(project, buildWith(bundleWithRspack)),
};
