import { createInterface } from 'node:readline/promises';
import type { Operations } from '#client';
import { whole } from '../command.js';
import { named } from './corpus-commands.js';
import { EXIT, UsageError } from './exit-codes.js';
import { columns } from './output.js';
import type { Given, RemoteCommand } from './remote-command.js';

type Card = Operations['listCards']['answer']['data'][number];
const RATINGS = ['again', 'hard', 'good', 'easy'] as const;

const cards: RemoteCommand = {
  help: 'learn the flashcards of a corpus',
  usage: `cards list CORPUS [--all] [--limit N]
holdfast cards take RUN         takes a run's flashcards to be learned
holdfast cards review CORPUS    asks the cards that are due, one after the other
holdfast cards review CARD RATING

RATING is again, hard, good or easy. --all lists cards that are not due yet too.`,
  args: 2,
  options: { all: { type: 'boolean' }, limit: { type: 'string' } },
  async run(given) {
    const [part, word = '', rating] = given.args;
    if (part === 'list') return list(given, word);
    if (part === 'take') return take(given, word);
    if (part !== 'review') throw new UsageError(`cards: there is no ${part}`);
    return rating === undefined ? review(given, word) : rate(given, word, rating);
  },
};

async function list({ client, out, values, signal }: Given, name: string): Promise<number> {
  const corpus = await named(client, name, false);
  const page = await client.listCards({ query: { corpusId: corpus.id, due: values['all'] ? 'any' : 'now', limit: whole('--limit', values['limit']) }, signal });
  out.result(page, () => columns([['card', 'due', 'reviews', 'question'], ...page.data.map((card) => [card.id, card.due, String(card.reviews), card.question])]));
  return EXIT.done;
}

async function take({ client, out, signal }: Given, runId: string): Promise<number> {
  const taken = await client.takeCards({ body: { runId }, signal });
  out.result(taken, () => `${taken.taken} cards taken, ${taken.known} were there already`);
  return EXIT.done;
}

async function rate({ client, out, signal }: Given, id: string, given: string): Promise<number> {
  const card = await client.reviewCard({ path: { id }, body: { rating: ratingOf(given) }, signal });
  out.result(card, () => `due again ${card.due}`);
  return EXIT.done;
}

/** A card at a time, until none is due; without a terminal there is nobody to ask. */
async function review(given: Given, name: string): Promise<number> {
  const { client, out, signal } = given;
  if (!process.stdin.isTTY) throw new UsageError('cards review: needs a terminal; `cards review CARD RATING` does not');
  const corpus = await named(client, name, false);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const seen: Card[] = [];
  try {
    for (;;) {
      const { data } = await client.listCards({ query: { corpusId: corpus.id, due: 'now', limit: 1 }, signal });
      const card = data[0];
      if (!card) break;
      await asking.question(`\n${out.paint('bold', card.question)}\n${out.paint('dim', 'Enter shows the answer. ')}`, { signal });
      out.progress(`${card.answer}\n${out.paint('dim', `“${card.quote}” ${card.documentName}${card.page === null ? '' : `, page ${card.page}`}`)}`);
      seen.push(await client.reviewCard({ path: { id: card.id }, body: { rating: await rated(asking, signal) }, signal }));
    }
  } finally {
    asking.close();
  }
  out.result({ reviewed: seen.length }, () => (seen.length === 0 ? 'No card is due.' : `${seen.length} cards reviewed; none is due now.`));
  return EXIT.done;
}

async function rated(asking: ReturnType<typeof createInterface>, signal: AbortSignal): Promise<(typeof RATINGS)[number]> {
  for (;;) {
    const word = (await asking.question('1 again, 2 hard, 3 good, 4 easy: ', { signal })).trim().toLowerCase();
    const rating = RATINGS[Number(word) - 1] ?? RATINGS.find((one) => one === word);
    if (rating) return rating;
  }
}

/** @throws UsageError */
function ratingOf(word: string): (typeof RATINGS)[number] {
  const rating = RATINGS.find((one) => one === word);
  if (!rating) throw new UsageError(`cards review: ${word} is none of ${RATINGS.join(', ')}`);
  return rating;
}

export const CARD_COMMANDS = { cards };
