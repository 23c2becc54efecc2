import { createHash } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { researchResultSchema } from '#agents/research/contract';
import { cardExportSchema, cardListSchema, cardQuerySchema, cardsTakenSchema, type CardView, cardViewSchema, HoldfastError, idSchema, reviewSchema, takeCardsSchema } from '#contracts';
import { cardsApkg, cardsCsv, newSchedule, reviewed } from '#corpus';
import { insertCard, listCards, lockCard, type Pool, readCardsToExport, readCorpus, readRunRecord, rescheduleCard, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';

const MOST_EXPORTED = 50_000;

@ApiTags('cards')
@Controller('v1/cards')
export class CardsController {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  @Post()
  @HttpCode(200)
  @Endpoint({ role: 'operator', summary: "Take a run's flashcards to be learned", description: 'A card whose question the corpus has already is left as it is, so doing it again changes nothing.', answers: { 200: { schema: cardsTakenSchema, description: 'How many were taken.' } }, errors: ['not_found'] })
  async takeCards(@FromCaller() caller: Caller, @Body({ schema: takeCardsSchema }) body: z.infer<typeof takeCardsSchema>): Promise<z.infer<typeof cardsTakenSchema>> {
    const now = new Date();
    return withTx(this.pool, caller.tenantId, async (tx) => {
      const run = await readRunRecord(tx, { tenantId: caller.tenantId, runId: body.runId });
      const cards = researchResultSchema.safeParse(run?.result).data?.cards;
      if (!run?.corpusId || !cards) throw new HoldfastError('not_found', 'There is no run with this id that has delivered flashcards.');
      let taken = 0;
      for (const { question, answer, citations } of cards) {
        const [source] = citations;
        if (!source) continue;
        const card = { tenantId: caller.tenantId, corpusId: run.corpusId, cardId: uuidv7(), documentId: source.documentId, questionKey: keyOf(question), question, answer, quote: source.quote, page: source.page };
        if (await insertCard(tx, { ...card, schedule: newSchedule(now), due: now })) taken++;
      }
      return { taken, known: cards.length - taken };
    });
  }

  @Get()
  @Endpoint({ role: 'viewer', summary: 'List the cards of a corpus, soonest due first', answers: { 200: { schema: cardListSchema, description: 'Cards that are due, or any.' } } })
  async listCards(@FromCaller() caller: Caller, @Query({ schema: cardQuerySchema }) query: z.infer<typeof cardQuerySchema>): Promise<{ data: CardView[] }> {
    return { data: await withTx(this.pool, caller.tenantId, (tx) => listCards(tx, { tenantId: caller.tenantId, corpusId: query.corpusId }, query.due === 'now' ? new Date() : null, query.limit)) };
  }

  @Post(':id/review')
  @HttpCode(200)
  @Endpoint({ role: 'operator', summary: 'Say how well a card was known', description: 'FSRS decides when it comes next.', answers: { 200: { schema: cardViewSchema, description: 'The card with its next date.' } }, errors: ['not_found'] })
  async reviewCard(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: reviewSchema }) body: z.infer<typeof reviewSchema>): Promise<CardView> {
    const ref = { tenantId: caller.tenantId, cardId: id };
    return withTx(this.pool, caller.tenantId, async (tx) => {
      const card = await lockCard(tx, ref);
      if (!card) throw new HoldfastError('not_found', 'There is no card with this id.');
      const next = reviewed(card.schedule, body.rating, new Date());
      await rescheduleCard(tx, ref, next, next.due);
      return { ...card.view, due: next.due.toISOString(), reviews: next.reps, lapses: next.lapses };
    });
  }

  @Get('export')
  @Endpoint({ role: 'viewer', summary: 'Export the cards of a corpus', description: '`format` is `csv`, or `apkg`, a package that Anki opens: with the tags of the documents, and where each card stands in its schedule, which Anki takes over where “Import any learning progress” is ticked.', answers: { 200: { schema: null, description: 'The file.', as: ['text/csv', 'application/apkg'] } }, errors: ['not_found'] })
  async exportCards(@FromCaller() caller: Caller, @Query({ schema: cardExportSchema }) query: z.infer<typeof cardExportSchema>, @Res() res: Response): Promise<void> {
    const ref = { tenantId: caller.tenantId, corpusId: query.corpusId };
    const [corpus, cards] = await withTx(this.pool, caller.tenantId, async (tx) => [await readCorpus(tx, ref), await readCardsToExport(tx, ref, MOST_EXPORTED)] as const);
    if (!corpus) throw new HoldfastError('not_found', 'There is no corpus with this id.');
    res.attachment(`cards.${query.format}`);
    if (query.format === 'csv') res.type('text/csv; charset=utf-8').send(cardsCsv(cards));
    else res.type('application/apkg').send(cardsApkg(cards, corpus.name, new Date()));
  }
}

/** Case, marks and white space make no other question. */
const keyOf = (question: string): Buffer => createHash('sha256').update(question.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim()).digest();
