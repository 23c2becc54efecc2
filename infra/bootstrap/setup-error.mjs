/** Something the set-up needs and can't have; the message says what to do and is shown without a stack trace. */
export class SetupError extends Error {
  name = 'SetupError';
}
