/** Who stops when: nobody loses the server it depends on before it has ended itself. */
export const STOP_ORDER = { api: 0, worker: 1, runtime: 2, temporal: 3, postgres: 4 } as const;
