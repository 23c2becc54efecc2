import { estimateTokens } from '#models';
import type { TemplateSection } from '../contract.js';
import type { Source, SourceSentence } from './source.js';

/** Role markers, and the difference between our count and the runtime's. */
const MARGIN = 250;
/** The name before a sentence, and the line break. */
const PER_SENTENCE = 6;
/** A small model loses a section in more than this, and a slow one reads for a minute. */
const MOST_TOKENS = 6_000;

/** Words that tell what a sentence belongs to, by what sections are called. */
const CUES: [RegExp, RegExp][] = [
  [/complaint|reason|history of present|\bhpi\b|subjective|course/i, /\b(?:pain|hurt|ache|feel|felt|start|began|since|days?|weeks?|months?|ago|worse|better|cough|fever|symptom|brings? you|problem|trouble|notice|come|came|swelling|dizzy|short(?:ness)? of breath|nausea|vomit|denies|bleed)\w*/gi],
  [/past|history|family|social|surgical|subjective/i, /\b(?:history|surgery|operation|diagnosed|years? ago|mother|father|brother|sister|family|smok\w*|drink\w*|alcohol|work\w*|married|live|condition|before)\b/gi],
  [/medic|drug|subjective/i, /\b(?:take|taking|takes|medic\w*|mg|milligrams?|dose|tablet|pill|daily|twice|prescri\w*|inhaler|cream|over[- ]the[- ]counter|refill|stopp?\w*)\b/gi],
  [/allerg|subjective/i, /\b(?:allerg\w*|rash|reaction|hives|anaphyla\w*)\b/gi],
  [/exam|vital|objective|finding/i, /\b(?:exam\w*|blood pressure|pulse|heart|lungs?|listen\w*|look\w*|tender\w*|swelling|press|move|temperature|breath\w*|abdomen|normal|clear|murmur|edema|range of motion|vital\w*|see)\b/gi],
  [/result|lab|imaging|investigation|objective|finding/i, /\b(?:x-?ray|ct|mri|scan|lab\w*|blood (?:test|work)|results?|show\w*|ekg|ecg|echo\w*|test\w*|level|count|hemoglobin|a1c|cholesterol|culture|ultrasound|high|low|normal)\b/gi],
  [/assess|impression|diagnos|problem/i, /\b(?:think|looks? like|likely|consistent|diagnos\w*|have (?:a|an|some)|problem|due to|because|call|sounds? like|impression|condition)\b/gi],
  [/plan|follow|recommend|instruction|discharge/i, /\b(?:going to|will|let's|want you|would like|follow\w*|refer\w*|come back|weeks?|start|stop|continue|increase|order|prescri\w*|schedule|physical therapy|call|next|recommend|return|appointment)\b/gi],
];
const EVERY_CUE = CUES.map(([, cue]) => cue);

/** The sentences that a turn shows: all of them where they fit, else those that most belong to the section, in the order of the source. */
export function shownFor(source: Source, about: TemplateSection | { title: string; about: string }, contextTokens: number, otherTokens: number, outputTokens: number): SourceSentence[] {
  const room = Math.max(400, Math.min(MOST_TOKENS, contextTokens - outputTokens - MARGIN - otherTokens));
  const costs = source.sentences.map((s) => estimateTokens(s.text) + PER_SENTENCE);
  if (costs.reduce((sum, c) => sum + c, 0) <= room) return source.sentences;
  const cues = CUES.filter(([of]) => of.test(about.title)).map(([, cue]) => cue);
  const scores = source.sentences.map((s) => scoreOf(s, cues.length ? cues : EVERY_CUE, about));
  const near = scores.map((score, i) => score + 0.4 * Math.max(scores[i - 1] ?? 0, scores[i + 1] ?? 0));
  const order = near.map((score, i) => ({ score, i })).sort((a, b) => b.score - a.score || a.i - b.i);
  const taken = new Set<number>();
  let left = room;
  for (const { i } of order) {
    if (costs[i]! > left) continue;
    left -= costs[i]!;
    taken.add(i);
  }
  return source.sentences.filter((_, i) => taken.has(i));
}

/** Statements that a section is looked for in: those with words that its kind of section goes by. */
export function belongingTo(shown: readonly SourceSentence[], about: { title: string; about: string }): SourceSentence[] {
  const cues = CUES.filter(([of]) => of.test(about.title)).map(([, cue]) => cue);
  return shown.filter((s) => !/[?？]\s*$/u.test(s.text) && (cues.length ? cues : EVERY_CUE).some((cue) => s.text.match(cue) !== null));
}

function scoreOf(s: SourceSentence, cues: RegExp[], about: { title: string; about: string }): number {
  const hits = cues.reduce((sum, cue) => sum + (s.text.match(cue)?.length ?? 0), 0);
  const words = new Set(`${about.title} ${about.about}`.toLowerCase().match(/\p{L}{4,}/gu) ?? []);
  const named = (s.text.toLowerCase().match(/\p{L}{4,}/gu) ?? []).filter((w) => words.has(w)).length;
  return (hits + 0.5 * named) / Math.sqrt(4 + s.text.length / 40);
}
