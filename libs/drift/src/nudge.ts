import type { DriftReason, Steering } from '#contracts';

/**
 * What a model is told about its own drift: facts by step number, and nothing that it should do. Steps that say more
 * than the facts pull the model away from the task (taxonomy-guided beats prescriptive feedback, arXiv 2509.02360).
 */
export function nudgeText(steering: Steering): string {
  const facts = steering.reasons.map(fact).filter((text) => text !== '');
  const said = facts.length > 0 ? facts : [`The last steps up to ${steering.step} brought nothing new.`];
  if (steering.rung === 'rewind' && steering.toStep !== undefined) said.push(`The work goes on from the state after step ${steering.toStep}; what came after it is undone.`);
  return said.join(' ');
}

function fact({ signal, steps }: DriftReason): string {
  const first = steps[0];
  const last = steps[steps.length - 1];
  if (first === undefined || last === undefined) return '';
  switch (signal) {
    case 'exactRepeat':
      return `${list(steps)} made the same call and got the same result.`;
    case 'misplacedResults':
      return `The results of steps ${first} to ${last} are word for word those of earlier calls that asked for something else.`;
    case 'cycle':
      return `Steps ${first} to ${last} went round the same calls with the same results.`;
    case 'staleResult':
      return `The call of step ${last} had been made in step ${first}, with the same result.`;
    case 'nearRepeat':
      return `The call of step ${last} is nearly the one of step ${first}.`;
    case 'errorStreak':
      return `${list(steps)} ended in an error.`;
    case 'thoughtRedundancy':
      return `The text of step ${last} says again what step ${first} said.`;
    case 'monologue':
      return `${list(steps)} called no tool.`;
    case 'thinkRatio':
      return `Step ${last} thought much longer than the first steps did.`;
    case 'toolEntropy':
      return `Steps ${first} to ${last} used almost only one tool.`;
    case 'rut':
      return `Steps ${first} to ${last} used few of the tools, and much in the same way.`;
    case 'churn':
      return `The state after step ${last} is the one after step ${first} again.`;
    case 'malformedOutput':
      return `${list(steps)} did not give valid output at first.`;
    case 'editRevert':
      return `The files after step ${last} are again what they were after step ${first}.`;
    case 'untested':
      return `${list(steps)} changed files, and no test was run.`;
    case 'unproven':
      return `The change grew from step ${first} to step ${last}, and no test was run.`;
    case 'judge':
      return `A second reader says of ${list(steps).toLowerCase()} that the work does not get on there.`;
    case 'noProgress':
      return `Nothing has changed since step ${first}.`;
    default:
      return '';
  }
}

function list(steps: number[]): string {
  if (steps.length === 1) return `Step ${steps[0]}`;
  return `Steps ${steps.slice(0, -1).join(', ')} and ${steps[steps.length - 1]}`;
}
