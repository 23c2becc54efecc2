import { readFileSync } from 'node:fs';
import type { Script } from '#models/scripted';

/** The model that knows the fix, in mini-swe-agent's words: one shell command a turn. The patch's file is the model's name. */
export const miniGoldScript: Script = (request) => {
  const patch = readFileSync(new URLSearchParams(request.model.replace(/^gold\?/, '')).get('patch')!, 'utf8');
  const plan = ['ls', `git apply --whitespace=nowarn - <<'END_OF_PATCH'\n${patch.replace(/\n$/, '')}\nEND_OF_PATCH`, 'echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT'];
  const done = request.messages.filter((m) => m.role === 'assistant').length;
  return { content: `THOUGHT: I know what to do.\n\n\`\`\`mswea_bash_command\n${plan[Math.min(done, plan.length - 1)]}\n\`\`\`` };
};
