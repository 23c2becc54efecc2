import { writeFileSync } from 'node:fs';
import { pathOf, text, type Values } from '../command.js';

/** A result as JSON into the file of `--out`, where one was given. */
export function writeOut(file: Values[string], value: unknown): void {
  const target = text(file);
  if (target) writeFileSync(pathOf(target), `${JSON.stringify(value, null, 2)}\n`);
}
