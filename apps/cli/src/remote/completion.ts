import { UsageError } from './exit-codes.js';

const USAGE = `holdfast completion bash|zsh

  source <(holdfast completion bash)

  --json           print all commands, their parts and options`;

/** Words of the second place, where there are some. */
const PARTS: Record<string, string> = { corpus: 'list add', audit: 'verify', keys: 'rewrap', tenants: 'list create', 'api-keys': 'list create rotate revoke', codes: 'load', cards: 'list take review', schedule: 'list add show trigger pause resume delete', batch: 'list start show cancel retry', export: 'run artifact batch cards', completion: 'bash zsh', steer: 'label fit eval use' };

/** A completion script for a shell: commands, their parts, their options. */
export function completionScript(shell: string, options: Record<string, string[]>): string {
  const cases = Object.entries(options).map(([name, own]) => `    ${name}) words="${[PARTS[name], ...own].filter(Boolean).join(' ')}" ;;`);
  const body = ['_holdfast() {', '  local words="" current="${COMP_WORDS[COMP_CWORD]}"', '  case "${COMP_WORDS[1]}" in', ...cases, '  esac', `  [ "$COMP_CWORD" -le 1 ] && words="${Object.keys(options).join(' ')}"`, '  COMPREPLY=($(compgen -W "$words" -- "$current"))', '}', 'complete -o default -F _holdfast holdfast', ''];
  if (shell === 'bash') return body.join('\n');
  if (shell === 'zsh') return ['autoload -U +X bashcompinit && bashcompinit', ...body].join('\n');
  throw new UsageError(USAGE);
}

export const completionOf = (commands: () => Record<string, { help: string; options?: string[] }>) => ({
  help: 'print a completion script for bash or zsh',
  options: ['--json', '--help'],
  run([shell = '--help']: string[]): Promise<number> {
    if (shell === '--help') console.log(USAGE);
    else if (shell === '--json') console.log(JSON.stringify({ commands: Object.entries(commands()).map(([name, { help, options = [] }]) => ({ name, help, parts: PARTS[name]?.split(' ') ?? [], options })) }, null, 2));
    else if (shell !== 'bash' && shell !== 'zsh') {
      console.error(USAGE);
      return Promise.resolve(2);
    } else console.log(completionScript(shell, Object.fromEntries(Object.entries(commands()).map(([name, { options }]) => [name, options ?? ['--help']]))));
    return Promise.resolve(0);
  },
});
