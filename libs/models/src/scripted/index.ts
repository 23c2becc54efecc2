export { DIMENSIONS, hashedEmbedding } from './embedding.js';
export { type OpenAiFront, startOpenAiFront } from './openai-front.js';
export type { Script, ScriptedAnswer, ScriptedRequest } from './script.js';
export { startScriptedRuntime, type RecordedRequest, type ScriptedOptions, type ScriptedRuntime } from './scripted-runtime.js';
