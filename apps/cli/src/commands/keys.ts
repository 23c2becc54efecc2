import { parseArgs } from 'node:util';
import { loadStackConfig } from '#platform';
import { configuredRunKeys } from '#store';
import { SetupError } from '#bootstrap/setup-error';

const HELP = `holdfast keys rewrap

Wraps the keys of all sensitive runs with the master key that is first in HOLDFAST_MASTER_KEY_FILE (or the data
folder's master.key). After that the older lines of the file can go. Content is not touched.`;

/** Looks after the keys of sensitive runs. */
export const keys = {
  help: 'wrap the keys of sensitive runs with a new master key',
  async run(args: string[]): Promise<number> {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { help: { type: 'boolean' } } });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    if (positionals[0] !== 'rewrap' || positionals.length > 1) throw new SetupError('holdfast keys rewrap is what there is; --help says more.');
    console.log(`${await configuredRunKeys(loadStackConfig(process.env)).rewrap()} keys wrapped anew.`);
    return 0;
  },
};
