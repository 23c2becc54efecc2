declare module 'pg/lib/utils.js' {
  /** pg's own: `prepareValue` turns a parameter into the text or bytes that go over the wire. */
  const utils: { prepareValue(value: unknown): unknown };
  export default utils;
}
