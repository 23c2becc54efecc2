export { acceptTools, type McpLock, readLock } from './tools/lock-file.js';
export { cleanSchema, SchemaRefused } from './tools/clean.js';
export { type Definition, digestOf } from './tools/definition.js';
export { loadMcpTools, type McpTools, type OfferedTool, toolsFor, withOutsideTools } from './tools/offered.js';
export type { CallOutcome } from './tools/server.js';
export { McpServers } from './tools/servers.js';
export { lockFileOf, readMcpSettings } from './tools/settings.js';
export { answerHttp, type HttpAnswer } from './serve/http.js';
export { serveStdio } from './serve/stdio.js';
