/** test/frameworks/tfjs/, whose types need packages of its own: build.ts resolves it. */
declare module "framework-tests/*";
