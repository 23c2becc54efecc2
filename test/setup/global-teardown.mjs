export default async function globalTeardown() {
  await globalThis.holdfastTestServers?.stop();
  delete globalThis.holdfastTestServers;
}
