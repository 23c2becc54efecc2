export { type Gemma4Turn, readGemma4Turn } from './read-turn.js';
export { type Gemma4Prompt, renderGemma4 } from './render-turns.js';
