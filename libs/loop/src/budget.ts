/** Shares of the window that is left for the run's past, at most; what a part does not need goes to the recent turns. */
const SHARES = { pinned: 0.15, summary: 0.2, retrieved: 0.15 } as const;

/** All in tokens. */
export type Needs = { pinned: number; summary: number; retrieved: number };
export type Budget = Needs & { recent: number };

/** Divides what the system prompt, the turn and the answer leave of the window. */
export function shareBudget(total: number, needs: Needs): Budget {
  const take = (part: keyof Needs): number => Math.min(needs[part], Math.floor(total * SHARES[part]));
  const [pinned, summary, retrieved] = [take('pinned'), take('summary'), take('retrieved')];
  return { pinned, summary, retrieved, recent: Math.max(0, total - pinned - summary - retrieved) };
}

/** A tool result is whole for this many steps. */
const FRESH_STEPS = 8;
/** By how many steps the line moves at once: between two moves the prompt only grows at its end, so the runtime's cache of it holds. */
const STRIDE = 8;

/** The newest step whose tool results are shown by reference; 0 for none. */
export function staleUpTo(head: number): number {
  return Math.max(0, Math.floor((head - FRESH_STEPS) / STRIDE) * STRIDE);
}

/** How far a measured ratio may be from 1 and still be a different tokenizer, and not a runtime that counts something else. */
const [LEAST_RATIO, MOST_RATIO] = [0.5, 2];
/** Estimated tokens below which a prompt says more about its template than about its text. */
const LEAST_SAMPLE = 200;

/** Tokens as the runtime counted them for each one estimated; null where the call says nothing about that. */
export function measuredRatio(estimated: number, counted: number): number | null {
  if (estimated < LEAST_SAMPLE || counted <= 0) return null;
  const ratio = counted / estimated;
  return ratio < LEAST_RATIO || ratio > MOST_RATIO ? null : ratio;
}
