import { loadStackConfig } from '#platform';
import { backUp, restore as bringBack } from '#platform/stack';
import { local, type Options, pathOf, text, type Words } from '../command.js';
import { EXIT, UsageError } from '../remote/exit-codes.js';

const OPTIONS: Options = { data: { type: 'string' }, url: { type: 'string' }, 'temporal-url': { type: 'string' }, 'visibility-url': { type: 'string' }, 'pg-bin': { type: 'string' } };
const SHARED = `  --data DIR              data folder of the stack (default: HOLDFAST_DATA_DIR)
  --url URL               the database as a role that reads all of it, where DATABASE_URL names one of your own
  --temporal-url URL      database of a Temporal on Postgres
  --visibility-url URL    its visibility database
  --pg-bin DIR            folder of pg_dump and pg_restore, for servers that are newer than Holdfast's own Postgres`;

function sharedOf({ args, values, out }: Words) {
  const [data, main, visibility] = [text(values['data']), text(values['temporal-url']), text(values['visibility-url'])];
  if ((main === undefined) !== (visibility === undefined)) throw new UsageError('--temporal-url and --visibility-url go together');
  const config = loadStackConfig({ ...process.env, ...(data ? { HOLDFAST_DATA_DIR: pathOf(data) } : {}) });
  const pgBin = text(values['pg-bin']);
  return { config, folder: pathOf(args[0]!), pgBin: pgBin === undefined ? undefined : pathOf(pgBin), url: text(values['url']), temporalUrls: main && visibility ? { main, visibility } : undefined, report: (message: string) => out.progress(`• ${message}`) };
}

const size = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Everything that an installation is, into a folder. */
export const backup = local({
  help: 'copy Temporal, Postgres and the payload key into a folder',
  usage: `backup FOLDER [OPTIONS]

Copies Temporal and Postgres, and the key of Temporal's payloads, into an empty folder, while the stack runs or not.
Keep it as secret as the data itself. The keys of sensitive runs (HOLDFAST_RUN_KEYS_DIR and the master key) are not in
it: keep them apart, so that a run which is deleted is gone from every backup.

${SHARED}`,
  args: 1,
  most: 1,
  options: OPTIONS,
  async run(words) {
    const made = await backUp(sharedOf(words));
    words.out.result(made, () => [...made.files.map((f) => `${f.file}  ${size(f.bytes)}  ${f.sha256}`), `backed up, schema ${made.schema}`].join('\n'));
    return EXIT.done;
  },
});

/** And back again. */
export const restore = local({
  help: 'bring a backup back',
  usage: `restore FOLDER [OPTIONS]

Brings a backup back into a data folder that no stack runs on, or into empty databases that are given. Its files are
checked first. Runs go on where they were once the stack is up.

${SHARED}
  --replace               overwrite what the data folder holds`,
  args: 1,
  most: 1,
  options: { ...OPTIONS, replace: { type: 'boolean' } },
  async run(words) {
    const made = await bringBack({ ...sharedOf(words), replace: words.values['replace'] === true });
    words.out.result(made, () => `restored what was backed up at ${made.madeAt}, schema ${made.schema}`);
    return EXIT.done;
  },
});
