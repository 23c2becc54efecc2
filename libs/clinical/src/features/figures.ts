export const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length);
export const most = (values: readonly number[], none = 0): number => (values.length === 0 ? none : Math.max(...values));
export const least = (values: readonly number[], none = 0): number => (values.length === 0 ? none : Math.min(...values));
export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const share = <T>(of: readonly T[], such: (t: T) => boolean): number => (of.length === 0 ? 0 : of.filter(such).length / of.length);
/** 1 for yes. */
export const flag = (yes: boolean): number => (yes ? 1 : 0);
export const logOdds = (p: number): number => Math.log(p / (1 - p));
