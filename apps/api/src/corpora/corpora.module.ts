import { Module } from '@nestjs/common';
import { CorporaController } from './corpora.controller.js';
import { corpusSearch } from './corpus-search.js';
import { Ingestions } from './ingestions.js';
import { IngestionsController } from './ingestions.controller.js';

@Module({ controllers: [CorporaController, IngestionsController], providers: [corpusSearch, Ingestions] })
export class CorporaModule {}
