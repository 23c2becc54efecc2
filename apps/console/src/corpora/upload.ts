import { uploader } from '../api.js';

/** One request's way: `fetch` over an XMLHttpRequest, which tells how much of the body has left. */
const sending = (onSent: (share: number) => void): typeof fetch => (input, init = {}) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(init.method ?? 'GET', String(input));
    for (const [name, value] of Object.entries((init.headers ?? {}) as Record<string, string>)) request.setRequestHeader(name, value);
    request.responseType = 'blob';
    request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0);
    request.onload = () => resolve(new Response(request.response as Blob, { status: request.status, headers: headersOf(request) }));
    request.onerror = () => reject(new TypeError('the upload broke'));
    init.signal?.addEventListener('abort', () => (request.abort(), reject(init.signal!.reason as Error)), { once: true });
    request.send(init.body as XMLHttpRequestBodyInit);
  });

const headersOf = (request: XMLHttpRequest): Headers => new Headers(request.getAllResponseHeaders().trim().split(/[\r\n]+/).filter(Boolean).map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));

/** @returns the id of the ingestion that takes the file in; throws ApiError */
export async function upload(corpusId: string, file: File, onSent: (share: number) => void): Promise<string> {
  const form = new FormData();
  form.append('files', file, file.name);
  return (await uploader(sending(onSent)).addDocuments({ path: { id: corpusId }, body: form })).id;
}
