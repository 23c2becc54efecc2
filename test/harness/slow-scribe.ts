import type { Script } from '#models/scripted';
import { scribe } from './scribe.js';

/** The scribe, slow enough to be killed in the middle of a section. */
const script: Script = (request) => ({ ...scribe(request), delayMs: 300 });
export default script;
