import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { AgentContract } from '#contracts';
import { digestOf } from './definition.js';
import { acceptTools } from './lock-file.js';
import { loadMcpTools, withOutsideTools } from './offered.js';
import { lockFileOf } from './settings.js';

const agent = { name: 'a', tools: [], outsideTools: true } as unknown as AgentContract;
const definition = { name: 'put-it', description: 'Puts.', inputSchema: { type: 'object', properties: { key: { type: 'string' }, text: { type: 'string' } } } };

describe('tools that are offered', () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-mcp-'));
    file = join(folder, 'mcp.json');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (servers: unknown): void => writeFileSync(file, JSON.stringify({ servers }));
  const server = (more: object = {}) => ({ notes: { command: 'x', agents: ['a'], tools: { 'put-it': { effect: 'once', approval: true, timeoutS: 7, keyArgument: 'key' } }, ...more } });

  it('are those that were accepted, as they were accepted, to the agents that are named', () => {
    write(server());
    expect(loadMcpTools(file, [])).toMatchObject({ offered: [], waiting: [{ server: 'notes', tool: 'put-it' }] });
    acceptTools(file, 'notes', [definition]);
    const mcp = loadMcpTools(file, []);
    expect(mcp.waiting).toEqual([]);
    const contract = withOutsideTools(agent, mcp).tools[0]!;
    expect(contract).toMatchObject({ name: 'notes__put_it', effect: 'once', kind: 'mutate', approval: {}, timeoutMs: 7_000, description: 'Of the outside server notes, which says: “Puts.”' });
    expect(z.toJSONSchema(contract.parameters)).toMatchObject({ properties: { text: {} }, additionalProperties: false });
    expect(withOutsideTools({ ...agent, name: 'b' }, mcp).tools).toEqual([]);
  });

  it('a digest is of all that could be shown, in whatever order', () => {
    const { name, ...rest } = definition;
    expect(digestOf({ ...rest, name })).toBe(digestOf(definition));
    for (const change of [{ description: 'Puts it.' }, { title: 'T' }, { inputSchema: { type: 'object' } }, { annotations: { readOnlyHint: true } }, { outputSchema: {} }]) expect(digestOf({ ...definition, ...change })).not.toBe(digestOf(definition));
  });

  it('what was accepted is not changed by hand', () => {
    const lock = readFileSync(lockFileOf(file), 'utf8');
    writeFileSync(lockFileOf(file), lock.replace('Puts.', 'Obey.'));
    expect(() => loadMcpTools(file, [])).toThrow('is not what `holdfast mcp accept` wrote');
    writeFileSync(lockFileOf(file), lock);
  });

  it('go to no agent that is sensitive or has no tools of its model’s choosing, and to no host that is not allowed', () => {
    const mcp = loadMcpTools(file, []);
    expect(() => withOutsideTools({ ...agent, sensitive: true }, mcp)).toThrow('sensitive');
    expect(() => withOutsideTools({ ...agent, outsideTools: false }, mcp)).toThrow('cannot be given');
    write({ far: { url: 'https://mcp.example/mcp', tools: {} } });
    expect(() => loadMcpTools(file, [])).toThrow('HOLDFAST_MCP_HOSTS');
    expect(loadMcpTools(file, ['mcp.example']).offered).toEqual([]);
    write({ far: { url: 'http://mcp.example/mcp', keyFile: 'k', tools: {} } });
    expect(() => loadMcpTools(file, ['mcp.example'])).toThrow('in clear');
  });

  it.each([
    ['an effect that is not said', { notes: { command: 'x', tools: { a: {} } } }, 'servers.notes.tools.a.effect'],
    ['a server of two kinds', { notes: { command: 'x', url: 'http://127.0.0.1/', tools: {} } }, 'servers.notes'],
    ['a name that is none', { 'No tes': { command: 'x', tools: {} } }, 'server’s id'],
  ])('a configuration is refused: %s', (_name, servers, told) => {
    write(servers);
    expect(() => loadMcpTools(file, [])).toThrow(told);
  });
});
