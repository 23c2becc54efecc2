/** Reason to abort a chat with where the text so far is wanted: degenerate output, a limit that was reached. */
export class CutGeneration extends Error {
  override readonly name = 'CutGeneration';
  constructor(readonly why: 'degenerate' | 'limit') {
    super(`generation cut: ${why}`);
  }
}
