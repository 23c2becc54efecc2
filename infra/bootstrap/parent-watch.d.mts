/** Tells once when the parent of this process has ended, where it was started by npm or the bootstrap. */
export function watchParent(onGone: () => void): () => void;
