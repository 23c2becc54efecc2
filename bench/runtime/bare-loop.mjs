/**
 * A bare loop of node-llama-cpp: one prompt, so many tokens of reply at a temperature, on so many threads. Runs where that package is
 * installed, which is not a dependency (docs/decisions/0009). Prints {"promptMs", "replyMs", "tokens"} a round.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, modelPath, threads, tokens, temperature, rounds] = process.argv.slice(2);
const require = createRequire(`${folder}/package.json`);
const { getLlama } = await import(pathToFileURL(require.resolve('node-llama-cpp')).href);
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: Number(threads), logLevel: 'error' });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: 4096, threads: Number(threads), batchSize: 512 });
const sequence = context.getSequence();

process.stdout.write('ready\n');
for await (const prompt of process.stdin) {
  const input = [model.tokens.bos, ...model.tokenize(String(prompt).trim().replaceAll('\\n', '\n'))];
  for (let round = 0; round < Number(rounds); round += 1) {
    await sequence.clearHistory();
    const started = performance.now();
    let first = 0;
    let count = 0;
    for await (const token of sequence.evaluate(input, { temperature: Number(temperature), topK: 40, topP: 0.9, seed: 1, yieldEogToken: true })) {
      first ||= performance.now();
      count += 1;
      if (count >= Number(tokens) || token === undefined) break;
    }
    process.stdout.write(`${JSON.stringify({ promptMs: first - started, replyMs: performance.now() - first, tokens: count - 1, prompt: input.length })}\n`);
  }
}
