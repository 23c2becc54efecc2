import type { PromptPart } from '../native/model.js';
import type { Turn } from './messages.js';

/** How a model family marks turns. */
export interface ChatTemplate {
  readonly name: string;
  open(side: Turn['side']): string;
  readonly close: string;
  /** Texts that end a reply even where the model spells them instead of using the token. */
  readonly stops: readonly string[];
}

export const GEMMA: ChatTemplate = {
  name: 'gemma',
  open: (side) => `<start_of_turn>${side}\n`,
  close: '<end_of_turn>\n',
  stops: ['<end_of_turn>', '<start_of_turn>'],
};

export const CHATML: ChatTemplate = {
  name: 'chatml',
  open: (side) => `<|im_start|>${side === 'model' ? 'assistant' : 'user'}\n`,
  close: '<|im_end|>\n',
  stops: ['<|im_end|>', '<|im_start|>'],
};

/** Rendered by a renderer of its own (gemma4.ts): tools, thoughts and results have places that turns alone don't tell. */
export const GEMMA4: ChatTemplate = {
  name: 'gemma4',
  open: (side) => `<|turn>${side}\n`,
  close: '<turn|>\n',
  stops: ['<turn|>', '<|turn>', '<|tool_response>'],
};

/** The template whose opening marker is a token of the model's vocabulary; `controls` lists the markers that are. */
export function templateFor(controls: readonly string[]): ChatTemplate | undefined {
  return [GEMMA4, GEMMA, CHATML].find((template) => controls.some((control) => template.open('user').startsWith(control)));
}

/**
 * The prompt for the model's next turn. Only markers are control text: a marker inside a message stays letters, so
 * that a document can't open a turn. Where the last turn is the model's own, the model goes on with it.
 */
export function renderPrompt(turns: readonly Turn[], template: ChatTemplate): PromptPart[] {
  const parts = turns.flatMap((turn, index): PromptPart[] => {
    const goesOn = index === turns.length - 1 && turn.side === 'model';
    const opened: PromptPart[] = [
      { text: template.open(turn.side), control: true },
      { text: turn.text, control: false },
    ];
    return goesOn ? opened : [...opened, { text: template.close, control: true }];
  });
  return turns.at(-1)?.side === 'model' ? parts : [...parts, { text: template.open('model'), control: true }];
}
