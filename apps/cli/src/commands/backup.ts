import { parseArgs } from 'node:util';
import { SetupError } from '#bootstrap/setup-error';
import { loadStackConfig } from '#platform';
import { backUp, restore as bringBack } from '#platform/stack';

const say = (message: string): void => console.error(`• ${message}`);

const OPTIONS = { data: { type: 'string' }, url: { type: 'string' }, 'temporal-url': { type: 'string' }, 'visibility-url': { type: 'string' }, replace: { type: 'boolean' }, help: { type: 'boolean' } } as const;
const SHARED = `  --data DIR              data folder of the stack (default: HOLDFAST_DATA_DIR)
  --url URL               the database as a role that reads all of it, where DATABASE_URL names one of your own
  --temporal-url URL      database of a Temporal on Postgres
  --visibility-url URL    its visibility database`;

const BACKUP_HELP = `holdfast backup FOLDER [OPTIONS]

Copies Temporal and Postgres, and the key of Temporal's payloads, into an empty folder, while the stack runs or not.
Keep it as secret as the data itself. The keys of sensitive runs (HOLDFAST_RUN_KEYS_DIR and the master key) are not in
it: keep them apart, so that a run which is deleted is gone from every backup.

${SHARED}`;

const RESTORE_HELP = `holdfast restore FOLDER [OPTIONS]

Brings a backup back into a data folder that no stack runs on, or into empty databases that are given. Its files are
checked first. Runs go on where they were once the stack is up.

${SHARED}
  --replace               overwrite what the data folder holds`;

function parse(args: string[], name: string) {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const folder = positionals[0];
  if (!values.help && (folder === undefined || positionals.length > 1)) throw new SetupError(`${name}: name one folder; --help shows how.`);
  const [main, visibility] = [values['temporal-url'], values['visibility-url']];
  if ((main === undefined) !== (visibility === undefined)) throw new SetupError('--temporal-url and --visibility-url go together.');
  return {
    help: values.help === true,
    replace: values.replace === true,
    shared: () => ({ config: loadStackConfig({ ...process.env, ...(values.data ? { HOLDFAST_DATA_DIR: values.data } : {}) }), folder: folder!, url: values.url, temporalUrls: main && visibility ? { main, visibility } : undefined, report: say }),
  };
}

const size = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Everything that an installation is, into a folder. */
export const backup = {
  help: 'copy Temporal, Postgres and the payload key into a folder',
  async run(args: string[]): Promise<number> {
    const options = parse(args, 'backup');
    if (options.help) console.log(BACKUP_HELP);
    else {
      const { files, schema } = await backUp(options.shared());
      console.log(files.map((f) => `${f.file}  ${size(f.bytes)}  ${f.sha256}`).join('\n'));
      console.log(`backed up, schema ${schema}`);
    }
    return 0;
  },
};

/** And back again. */
export const restore = {
  help: 'bring a backup back',
  async run(args: string[]): Promise<number> {
    const options = parse(args, 'restore');
    if (options.help) console.log(RESTORE_HELP);
    else {
      const { madeAt, schema } = await bringBack({ ...options.shared(), replace: options.replace });
      console.log(`restored what was backed up at ${madeAt}, schema ${schema}`);
    }
    return 0;
  },
};
