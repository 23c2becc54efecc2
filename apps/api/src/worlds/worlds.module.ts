import { Module } from '@nestjs/common';
import { ExchangeController } from './exchange.controller.js';
import { WorldLogController } from './world-log.controller.js';
import { WorldViewsController } from './world-views.controller.js';
import { WorldsController } from './worlds.controller.js';

@Module({ controllers: [ExchangeController, WorldsController, WorldLogController, WorldViewsController] })
export class WorldsModule {}
