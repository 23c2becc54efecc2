/** Reads a run's event stream until `enough` events came, and gives each event's age in milliseconds when it arrived. */
export async function readAges(apiUrl: string, runId: string, after: number, enough: number): Promise<number[]> {
  const left = new AbortController();
  const answer = await fetch(`${apiUrl}/v1/runs/${runId}/events?after=${after}`, { headers: { accept: 'text/event-stream' }, signal: left.signal });
  if (!answer.ok || !answer.body) throw new Error(`the event stream answered ${answer.status}`);
  const ages: number[] = [];
  let rest = '';
  for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
    const now = Date.now();
    const messages = (rest + text).split('\n\n');
    rest = messages.pop()!;
    for (const message of messages) {
      const at = /^id: /m.test(message) ? /"at":"([^"]+)"/.exec(message)?.[1] : undefined;
      if (at) ages.push(now - Date.parse(at));
    }
    if (ages.length >= enough) break;
  }
  left.abort();
  return ages.slice(0, enough);
}
