/** A setting that can't be used. `variable` is the environment variable; the message says what to do about it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(
    readonly variable: string,
    problem: string,
    readonly remedy: string,
  ) {
    super(`${variable}: ${problem}. ${remedy}`);
  }
}
