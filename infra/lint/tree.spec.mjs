import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { listFiles } from '../bootstrap/fingerprint.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const LOCK = 'package-lock.json';
const MOST_LINES = 400;
/** Files that are made by a tool, or are data. */
const ANY_LENGTH = new Set([LOCK, 'LICENSE', 'docs/errors.md', 'libs/client/src/api-types.ts', 'THIRD_PARTY_NOTICES.md', 'test/fuzz/requirements.txt']);
const VAGUE = /(^|[-.])(utils?|helpers?|common|misc|manager)([-.]|$)/i;

// Written in two parts, since this file is read as well.
const REGISTRY_HOSTS = [['registry', 'npmjs.org'], ['registry', 'yarnpkg.com'], ['npm', 'pkg.github.com'], ['pypi', 'org'], ['pythonhosted', 'org'], ['proxy.golang', 'org'], ['sum.golang', 'org']].map((parts) => parts.join('.'));
const MACHINE_PATHS = /(?<![\w.~-])\/(work|root)(?=[/"'`\s)]|$)/m;
/** Paths inside other people's container images. */
const IMAGE_PATHS = ['/root/.ollama'];

const files = trackedFiles().filter((file) => existsSync(join(ROOT, file)));
const texts = files.map((file) => [file, readText(file)]).filter(([, text]) => text !== undefined);

describe('the tree', () => {
  it('has files', () => expect(texts.length).toBeGreaterThan(100));

  it(`has no file over ${MOST_LINES} lines`, () => {
    const long = texts.filter(([file, text]) => !ANY_LENGTH.has(file) && text.split('\n').length - 1 > MOST_LINES).map(([file]) => file);
    expect(long).toEqual([]);
  });

  it('names no registry host: which one is used is for the package clients to know', () => {
    expect(texts.filter(([, text]) => REGISTRY_HOSTS.some((host) => text.includes(host))).map(([file]) => file)).toEqual([]);
  });

  it('names no path of the machine that it was written on', () => {
    const own = (text) => IMAGE_PATHS.reduce((rest, path) => rest.replaceAll(path, ''), text);
    expect(texts.filter(([file, text]) => !file.startsWith('infra/lint/') && MACHINE_PATHS.test(own(text))).map(([file]) => file)).toEqual([]);
  });

  it('locks packages by hash and not by address', () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, LOCK), 'utf8'));
    const entries = Object.entries(packages).filter(([path]) => path !== '');
    expect(entries.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([]);
    expect(entries.filter(([, entry]) => !entry.integrity && !entry.inBundle).map(([path]) => path)).toEqual([]);
  });

  it('calls nothing by a name that says nothing', () => {
    expect(files.filter((file) => VAGUE.test(basename(file))).filter((file) => /\.(ts|mjs|cjs)$/.test(file))).toEqual([]);
  });
});

/** What git knows of; outside a clone, everything that is no output. */
function trackedFiles() {
  try {
    return execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 * 1024 * 1024 }).split('\0').filter(Boolean);
  } catch {
    return listFiles(ROOT, ['.']).filter((file) => !/^\.git\/|\.log$|\.tsbuildinfo$/.test(file));
  }
}

/** The file's text, or undefined where it is binary. */
function readText(file) {
  const bytes = readFileSync(join(ROOT, file));
  return bytes.subarray(0, 8_192).includes(0) || file.endsWith('.pdf') ? undefined : bytes.toString('utf8');
}
