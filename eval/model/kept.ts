import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '#platform';

/** What an evaluation has asked already, by what names it, in a file of the state folder: a long evaluation that is killed goes on. */
export class KeptAnswers<T> {
  readonly #file: string;
  readonly #known = new Map<string, T>();

  /** `version`: of code and model; another one's answers are not taken for this one's. */
  constructor(folder: string, name: string, version: string, resume: boolean) {
    mkdirSync(join(folder, 'eval'), { recursive: true });
    this.#file = join(folder, 'eval', `${name}-${version.replace(/[^\w.-]+/g, '_')}.jsonl`);
    if (!resume || !existsSync(this.#file)) return;
    for (const line of readFileSync(this.#file, 'utf8').split('\n').filter((l) => l.endsWith('}'))) {
      const { key, asked } = JSON.parse(line) as { key: string; asked: T };
      this.#known.set(key, asked);
    }
  }

  async once(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key);
    if (known) return known;
    const asked = await ask();
    appendFileSync(this.#file, `\n${JSON.stringify({ key, asked })}`);
    return asked;
  }
}

/** The code's version, which kept answers belong to. */
export function revision(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: PROJECT_ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
