import { loadStackConfig } from '#platform';
import { configuredRunKeys } from '#store';
import { local } from '../command.js';
import { EXIT, UsageError } from '../remote/exit-codes.js';

/** Looks after the keys of sensitive runs. */
export const keys = local({
  help: 'wrap the keys of sensitive runs with a new master key',
  usage: `keys rewrap

Wraps the keys of all sensitive runs with the master key that is first in HOLDFAST_MASTER_KEY_FILE (or the data
folder's master.key). After that the older lines of the file can go. Content is not touched.`,
  args: 1,
  most: 1,
  async run({ out, args }) {
    if (args[0] !== 'rewrap') throw new UsageError(`keys: there is no ${args[0]}, only rewrap`);
    const rewrapped = await configuredRunKeys(loadStackConfig(process.env)).rewrap();
    out.result({ rewrapped }, () => `${rewrapped} keys wrapped anew.`);
    return EXIT.done;
  },
});
