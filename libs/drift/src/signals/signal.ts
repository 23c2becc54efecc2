/** A signal in [0,1], the steps that it rests on (ascending), and whether it is enough for an alarm on its own. */
export type Signal = { name: string; value: number; steps: number[]; hard: boolean };

export const silent = (name: string): Signal => ({ name, value: 0, steps: [], hard: false });
export const clip = (value: number): number => Math.min(1, Math.max(0, value));
