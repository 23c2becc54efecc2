import { fieldName, typeOf } from './schema-types.mjs';

const NOTE = '// Written by `npm run docs` from the OpenAPI document. Change the contracts, not this file.\n';
const VERBS = ['get', 'put', 'post', 'delete', 'patch'];

/** The generated files of libs/client that belong to an OpenAPI document: path and text of each. */
export function clientFiles(document) {
  const operations = Object.entries(document.paths).flatMap(([path, item]) => VERBS.filter((verb) => item[verb]).map((verb) => ({ verb, path, ...item[verb] })));
  operations.sort((a, b) => (a.operationId < b.operationId ? -1 : 1));
  return [
    { file: 'libs/client/src/api-types.ts', text: typesFile(document.components.schemas, operations) },
    { file: 'libs/client/src/routes.ts', text: routesFile(operations) },
  ];
}

function typesFile(schemas, operations) {
  const types = Object.keys(schemas).sort().map((name) => `export type ${name} = ${typeOf(schemas[name])};`);
  return [NOTE, ...types, '', '/** What each operation of the API takes, and what it answers with as JSON. */', 'export interface Operations {', ...operations.map(operationType), '}', ''].join('\n');
}

function operationType(operation) {
  const parts = [parameters(operation, 'path'), parameters(operation, 'query'), body(operation), `answer: ${answer(operation)}`];
  return `  /** ${operation.summary} */\n  ${operation.operationId}: { ${parts.filter(Boolean).join('; ')} };`;
}

function parameters(operation, place) {
  const all = operation.parameters.filter((parameter) => parameter.in === place);
  if (all.length === 0) return null;
  const optional = all.every(({ required }) => !required);
  const fields = all.map(({ name, required, schema }) => `${fieldName(name)}${required ? '' : '?'}: ${place === 'path' ? pathType(schema) : typeOf(schema)}`);
  return `${place}${optional ? '?' : ''}: { ${fields.join('; ')} }`;
}

const pathType = (schema) => (['integer', 'number'].includes(schema?.type) ? 'number' : 'string');

function body({ requestBody }) {
  if (!requestBody) return null;
  const { content } = requestBody;
  const type = typeOf(content['application/json']?.schema);
  if (content['multipart/form-data']) return `body: ${type} | FormData`;
  return type === '{ [key: string]: never }' ? `body?: ${type}` : `body: ${type}`;
}

function answer({ responses }) {
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  const schemas = good.map(([, { content }]) => content?.['application/json']?.schema).filter(Boolean);
  return schemas.length === 0 ? 'undefined' : [...new Set(schemas.map(typeOf))].join(' | ');
}

function routesFile(operations) {
  const rows = operations.map(({ operationId, verb, path, parameters: all }) => {
    const keyed = all.some(({ name }) => name === 'Idempotency-Key');
    return `  ${operationId}: { method: '${verb.toUpperCase()}', path: '${path}'${keyed ? ', keyed: true' : ''} },`;
  });
  return [
    NOTE,
    "import type { Operations } from './api-types.js';",
    '',
    '/** `keyed`: takes an Idempotency-Key, which makes it safe to send again. */',
    'export type Route = { readonly method: string; readonly path: string; readonly keyed?: boolean };',
    '',
    'export const ROUTES: { readonly [operation in keyof Operations]: Route } = {',
    ...rows,
    '};',
    '',
  ].join('\n');
}
