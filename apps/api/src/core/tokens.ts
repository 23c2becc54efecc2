/** Injection tokens of what is not a class of the API's own. */
export const OPTIONS = Symbol('ApiOptions');
export const CONFIG = Symbol('Config');
export const LOGGER = Symbol('Logger');
export const TIMINGS = Symbol('Timing');
export const POOL = Symbol('Pool');
export const NOTIFIER = Symbol('Notifier');
export const TELEMETRY = Symbol('Telemetry');
