/** Asks for JSON once. Undefined where nobody answers in time, or the answer is no JSON. */
export async function probeJson(url: string, timeoutMs = 1_000): Promise<unknown> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}
