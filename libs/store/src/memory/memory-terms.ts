import type { RunRef } from '#contracts';
import { type StoredMessage, toMessage } from '../messages.js';
import type { Tx } from '../pool.js';
import { currentKey, type StoredBody } from '../sealing/index.js';

/** A message of the run by its place. */
export type Place = { step: number; ordinal: number };

/** Enters messages, by their text, into the run's memory. Doing it again changes nothing. A sealed run has no index of its words. */
export async function rememberMessages(tx: Tx, ref: RunRef, messages: (Place & { text: string })[]): Promise<void> {
  if (messages.length === 0 || currentKey()) return;
  await tx.query({
    name: 'remember-messages',
    text: `insert into memory_terms (tenant_id, run_id, term, step, ordinal, n)
           select $1, $2, t.lexeme, m.step, m.ordinal, least(coalesce(cardinality(t.positions), 1), 100)
           from unnest($3::int[], $4::smallint[], $5::text[]) as m(step, ordinal, body), unnest(to_tsvector('english', m.body)) t
           where length(t.lexeme) <= 100
           on conflict do nothing`,
    values: [ref.tenantId, ref.runId, messages.map((m) => m.step), messages.map((m) => m.ordinal), messages.map((m) => m.text)],
  });
}

/** Terms of a question that are looked up, rarest first, and the newest places that are looked at for each. */
const MAX_TERMS = 12;
const PLACES_A_TERM = 200;

export type Found = Place & { score: number; /** The question's terms that stand there, as stems, rarest first. */ terms: string[] };

/**
 * Where the run's memory speaks of `question`, best first: rare terms count more, and the newest of equals comes
 * first. Its cost is bounded by terms and places and does not grow with the run.
 */
export async function searchMemory(tx: Tx, ref: RunRef, question: string, limit: number): Promise<Found[]> {
  const { rows } = await tx.query<Found>({
    name: 'search-memory',
    text: `
      with terms as (select distinct lexeme from unnest(to_tsvector('english', $3)) limit 200),
      found as (
        select t.lexeme, p.step, p.ordinal, p.n, count(*) over (partition by t.lexeme) as places
        from terms t cross join lateral (
          select m.step, m.ordinal, m.n from memory_terms m where m.tenant_id = $1 and m.run_id = $2 and m.term = t.lexeme order by m.step desc, m.ordinal limit $4
        ) p
      ), rare as (select lexeme from found group by lexeme order by count(*), lexeme limit $5)
      select step, ordinal, sum((1 + ln(n)) / ln(1.5 + places)) as score, array_agg(lexeme order by places, lexeme) as terms
      from found where lexeme in (select lexeme from rare) group by step, ordinal order by score desc, step desc, ordinal limit $6`,
    values: [ref.tenantId, ref.runId, question, PLACES_A_TERM, MAX_TERMS, limit],
  });
  return rows;
}

/** The messages at these places, of the attempt that their closed step ended with, in the order of the run. */
export async function readPlaces(tx: Tx, ref: RunRef, places: Place[]): Promise<StoredMessage[]> {
  if (places.length === 0) return [];
  const { rows } = await tx.query<{ step: number; ordinal: number; role: StoredMessage['message']['role']; tool: string | null; tokens: number } & StoredBody>({
    name: 'read-places',
    text: `
      select m.step, m.ordinal, m.role, m.tool, m.tokens, c.body, c.enc, c.key_id
      from unnest($3::int[], $4::int[]) as p(step, ordinal)
      join steps s on s.tenant_id = $1 and s.run_id = $2 and s.step = p.step and s.state = 'closed'
      join messages m on m.tenant_id = $1 and m.run_id = $2 and m.step = p.step and m.ordinal = p.ordinal and (m.attempt = s.attempt or m.ordinal < 0)
      join contents c on c.tenant_id = $1 and c.hash = m.hash
      order by m.step, m.ordinal`,
    values: [ref.tenantId, ref.runId, places.map((p) => p.step), places.map((p) => p.ordinal)],
  });
  return Promise.all(rows.map(toMessage));
}

/** Whether a step leads to `head`: one that was undone does not. */
export async function isOnBranch(tx: Tx, ref: RunRef, head: number, step: number): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'is-on-branch',
    text: `
      with recursive chain as (
        select step, parent from steps where tenant_id = $1 and run_id = $2 and step = $3
        union all
        select s.step, s.parent from chain join steps s on s.tenant_id = $1 and s.run_id = $2 and s.step = chain.parent where chain.parent >= $4
      ) select 1 from chain where step = $4`,
    values: [ref.tenantId, ref.runId, head, step],
  });
  return Boolean(rowCount);
}
