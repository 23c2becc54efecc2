/** Whether an error says that Postgres, or the way to it, went away or has no room for one more: nobody's failure, and worth another try. */
export function isConnectionLoss(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return /^(ECONN|EPIPE|ETIMEDOUT|57P0|08|53300)/.test(code);
  // The driver's own errors carry no code.
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(String(message));
}
