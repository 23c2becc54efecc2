/** Task queue of the bare workflow. */
export const BARE_QUEUE = 'bench-bare';
/** Task queue of its first activity, where that is sent apart as a model call is. */
export const APART_QUEUE = 'bench-bare-apart';
