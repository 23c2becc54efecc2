/** The data of each server-sent event, from whole lines; the last one, `[DONE]`, is left out. */
export async function* sseData(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let data: string[] = [];
  for await (const line of lines) {
    if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
    if (line !== '' || data.length === 0) continue;
    const event = data.join('\n');
    data = [];
    if (event !== '[DONE]') yield event;
  }
  // Some servers leave out the blank line after the last event.
  const event = data.join('\n');
  if (event !== '' && event !== '[DONE]') yield event;
}
