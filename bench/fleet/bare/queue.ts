/** Task queue of the bare parent. */
export const PARENT_QUEUE = 'bench-parent';
