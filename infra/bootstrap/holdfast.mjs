#!/usr/bin/env node
// What `npx holdfast` runs in a clone: the command line, through the bootstrap. Paths are meant from where the person is.
process.env.INIT_CWD ??= process.cwd();
process.argv.splice(2, 0, 'holdfast');
await import('./main.mjs');
