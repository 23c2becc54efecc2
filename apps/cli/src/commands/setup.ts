import { ensureBubblewrap, gemma270m, llamaLibraries, minilmGguf, postgresBinaries, temporalCli, temporalTestServer, TOOLS_DIR } from '#platform/stack';
import { local } from '../command.js';
import { EXIT } from '../remote/exit-codes.js';

/** Fetches what the embedded stack and the tests need, and starts nothing. */
export const setup = local({
  help: 'fetch everything that the embedded stack needs, start nothing',
  usage: `setup

Fetches Postgres, Temporal, the embedded runtime with its models, and the sandbox, each pinned and checked by its hash.
What is there already is left.`,
  most: 0,
  async run({ out }) {
    const tools = { toolsDir: TOOLS_DIR, report: (message: string) => out.progress(`• ${message}`) };
    for (const part of [postgresBinaries, temporalCli, llamaLibraries, minilmGguf, gemma270m, temporalTestServer, ensureBubblewrap]) await part(tools);
    out.result({ toolsDir: TOOLS_DIR }, () => `Everything is in ${TOOLS_DIR}`);
    return EXIT.done;
  },
});
