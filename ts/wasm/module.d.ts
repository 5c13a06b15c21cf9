/** A module of this package, as bundlers for Cloudflare, Vercel and unwasm import it: compiled by the host. */
declare const module: WebAssembly.Module;
export default module;
