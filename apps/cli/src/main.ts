import { ConfigError } from '#platform';
import { SetupError } from '#bootstrap/setup-error';
import { backup, restore } from './commands/backup.js';
import { deploy } from './commands/deploy.js';
import { audit } from './commands/audit.js';
import { codes } from './commands/codes.js';
import { doctor } from './commands/doctor.js';
import { keys } from './commands/keys.js';
import { mcp } from './commands/mcp.js';
import { models } from './commands/models.js';
import { quickstart } from './commands/quickstart.js';
import { setup } from './commands/setup.js';
import { steer } from './commands/steer.js';
import { tenants } from './commands/tenants.js';
import { up } from './commands/up.js';
import { completionOf } from './remote/completion.js';
import { EXIT, UsageError } from './remote/exit-codes.js';
import { REMOTE_COMMANDS } from './remote/index.js';
import { verify } from './commands/verify.js';

type Command = { help: string; options?: string[]; run(args: string[]): Promise<number> };
const COMMANDS: Record<string, Command> = { up, quickstart, setup, doctor, models, steer, verify, audit, keys, tenants, codes, mcp, backup, restore, deploy, ...REMOTE_COMMANDS, completion: completionOf(() => COMMANDS) };

async function main([name = '--help', ...args]: string[]): Promise<number> {
  const command = COMMANDS[name];
  if (command) return command.run(args);
  const asked = name === '--help' || name === 'help';
  if (!asked) {
    console.error(`There is no command ${name}.\n→ holdfast --help lists them.`);
    return EXIT.usage;
  }
  const width = Math.max(...Object.keys(COMMANDS).map((n) => n.length));
  console.log(['holdfast COMMAND [OPTIONS]   (--help after a command shows its options)', '', ...Object.entries(COMMANDS).map(([n, c]) => `  ${n.padEnd(width)}  ${c.help}`)].join('\n'));
  return EXIT.done;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const misused = error instanceof UsageError || ((error as { code?: string }).code?.startsWith?.('ERR_PARSE_ARGS') ?? false);
  const told = misused || error instanceof ConfigError || error instanceof SetupError;
  console.error(told ? `\n${(error as Error).message}${misused ? '\n→ --help shows what the command takes.' : ''}` : error);
  process.exitCode = misused ? EXIT.usage : EXIT.failed;
}
