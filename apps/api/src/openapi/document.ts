import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ERROR_CODES } from '#contracts';
import { EXTRA_COMPONENTS } from './component-names.js';
import { addUsualErrors, ALSO_AS, ROLE, TAKES_FILES } from './endpoint.js';
import { toComponents } from './to-components.js';

const VERSION = '0.1.0';

/** The OpenAPI 3.1 document, made from the routes and their zod schemas. */
export function buildDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Holdfast')
    .setDescription(`Durable workflow orchestration for agents on local models.\n\nErrors are \`application/problem+json\` with a stable \`code\`:\n\n${codeTable()}`)
    .setVersion(VERSION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key, or an access token of the configured identity provider. Not asked for where authentication is off.' })
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .build();
  const document = SwaggerModule.createDocument(app, config, { standardSchemaConverter: toComponents, operationIdFactory: (_, method) => method });
  const schemas = (document.components ??= {}).schemas ?? {};
  for (const schema of EXTRA_COMPONENTS) Object.assign(schemas, toComponents(schema, { schemaType: 'output' }).components);
  document.components.schemas = schemas;
  for (const [path, operation] of operationsOf(document)) {
    addMediaType(operation);
    addFiles(operation);
    if (path.startsWith('/v1/')) addUsualErrors(operation.responses, { body: operation.requestBody !== undefined, pathParameter: path.includes('{') });
  }
  Object.assign(document.paths, OWN_PATHS);
  return document;
}

/** What serves the document itself is no controller's. */
const OWN_PATHS: Record<string, { get: object }> = {
  '/openapi.json': { get: { operationId: 'getOpenApi', summary: 'Read this document', tags: ['docs'], [ROLE]: 'open', parameters: [], responses: { 200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } } } } },
  '/docs': { get: { operationId: 'getDocs', summary: 'Read this document as a page', tags: ['docs'], [ROLE]: 'open', parameters: [], responses: { 200: { description: 'The page.', content: { 'text/html': { schema: { type: 'string' } } } } } } },
};

type Operation = { responses: Record<string, { description: string; content?: Record<string, unknown> }>; requestBody?: { content: Record<string, unknown> }; [ALSO_AS]?: { status: string; mediaTypes: readonly string[]; only: boolean }; [TAKES_FILES]?: boolean };

function operationsOf(document: OpenAPIObject): [path: string, operation: Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) => Object.values(item).filter((o) => o !== null && typeof o === 'object' && 'responses' in o).map((o): [string, Operation] => [path, o as Operation]));
}

function addMediaType(operation: Operation): void {
  const also = operation[ALSO_AS];
  delete operation[ALSO_AS];
  const answer = also && operation.responses[also.status];
  if (!answer) return;
  const content = also.only ? {} : answer.content;
  for (const type of also.mediaTypes) Object.assign(content ?? {}, { [type]: mediaTypeOf(type) });
  if (content) answer.content = content;
}

/** OpenAPI 3.1 has no words for a stream's events: some read a schema as the whole's, some as each event's. */
function mediaTypeOf(type: string): object {
  if (type === 'text/event-stream') return {};
  return { schema: type.startsWith('text/') ? { type: 'string' } : { type: 'string', format: 'binary' } };
}

function addFiles(operation: Operation): void {
  const takes = operation[TAKES_FILES];
  delete operation[TAKES_FILES];
  if (takes && operation.requestBody) operation.requestBody.content['multipart/form-data'] = { schema: { type: 'object', properties: { files: { type: 'array', items: { type: 'string', format: 'binary' } } } } };
}

/** Serves the document and a page to read it with; the page's files are our own, and its policy allows no other host. */
export function serveDocument(app: NestExpressApplication): void {
  SwaggerModule.setup('docs', app, () => buildDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Holdfast API',
    swaggerOptions: { validatorUrl: null, docExpansion: 'list', defaultModelsExpandDepth: 0 },
  });
}

function codeTable(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, e]) => `| \`${code}\` | ${e.status} | ${e.retryable ? 'yes' : 'no'} | ${e.title} |`);
  return ['| code | status | trying again can help | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
