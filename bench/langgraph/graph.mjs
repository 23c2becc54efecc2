// LangGraph.js with PostgresSaver, doing what a step of ours does: a model's message and a tool's message of 2,000
// bytes each, a checkpoint after both. Prints `{steps, msPerStep, bytesPerStep}` a line, for each step count given.
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , folder, databaseUrl, ...counts] = process.argv;
const require = createRequire(`${folder}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { Annotation, MessagesAnnotation, StateGraph } = await load('@langchain/langgraph');
const { PostgresSaver } = await load('@langchain/langgraph-checkpoint-postgres');
const { AIMessage, HumanMessage, ToolMessage } = await load('@langchain/core/messages');
const { default: pg } = await load('pg');

const BYTES = 2_000;
const text = () => randomBytes(BYTES).toString('base64').replace(/(.{7})/g, '$1 ').slice(0, BYTES);
const State = Annotation.Root({ ...MessagesAnnotation.spec, left: Annotation() });
const saver = PostgresSaver.fromConnString(databaseUrl, { schema: 'langgraph' });
await saver.setup();
const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
const size = async () => Number((await pool.query('select pg_database_size(current_database()) as n')).rows[0].n);

const graph = new StateGraph(State)
  .addNode('model', (s) => ({ messages: [new AIMessage({ content: text(), tool_calls: [{ id: `c${s.left}`, name: 'read_filler', args: { n: s.left } }] })] }))
  .addNode('tool', (s) => ({ messages: [new ToolMessage({ content: text(), tool_call_id: `c${s.left}` })], left: s.left - 1 }))
  .addEdge('__start__', 'model')
  .addEdge('model', 'tool')
  .addConditionalEdges('tool', (s) => (s.left > 0 ? 'model' : '__end__'))
  .compile({ checkpointer: saver });

for (const steps of counts.map(Number)) {
  const before = await size();
  const start = performance.now();
  await graph.invoke({ messages: [new HumanMessage('Read all of it.')], left: steps }, { configurable: { thread_id: `t${steps}` }, recursionLimit: 2 * steps + 10, durability: 'sync' });
  const ms = performance.now() - start;
  console.log(JSON.stringify({ steps, msPerStep: ms / steps, bytesPerStep: ((await size()) - before) / steps }));
}
await pool.end();
await saver.end();
