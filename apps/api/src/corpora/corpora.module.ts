import { Module } from '@nestjs/common';
import { CardsModule } from '../cards/cards.module.js';
import { CorporaController } from './corpora.controller.js';
import { corpusSearch } from './corpus-search.js';
import { Ingestions } from './ingestions.js';
import { IngestionsController } from './ingestions.controller.js';
import { OriginalsController } from './originals.controller.js';

@Module({ imports: [CardsModule], controllers: [CorporaController, IngestionsController, OriginalsController], providers: [corpusSearch, Ingestions] })
export class CorporaModule {}
