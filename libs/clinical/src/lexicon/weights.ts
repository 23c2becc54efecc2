/** How much it tells that a stem of a note is missing from its source. */
export const weightOf = (_stem: string): number => 1;
