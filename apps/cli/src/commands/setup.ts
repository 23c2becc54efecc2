import { ensureBubblewrap, gemma270m, llamaLibraries, minilmGguf, postgresBinaries, temporalCli, temporalTestServer, TOOLS_DIR } from '#platform/stack';

/** Fetches what the embedded stack and the tests need, and starts nothing. */
export const setup = {
  help: 'fetch everything that the embedded stack needs, start nothing',
  async run(): Promise<number> {
    const tools = { toolsDir: TOOLS_DIR, report: (message: string) => console.error(`• ${message}`) };
    for (const part of [postgresBinaries, temporalCli, llamaLibraries, minilmGguf, gemma270m, temporalTestServer, ensureBubblewrap]) await part(tools);
    return 0;
  },
};
