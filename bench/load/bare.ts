import 'reflect-metadata';
import { Body, Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AddressInfo } from 'node:net';

/** What the API is measured against: NestJS with a route that reads nothing and one that writes nothing. */
@Controller('bare')
class BareController {
  @Get()
  read(): { status: string } {
    return { status: 'ok' };
  }

  @Post()
  @HttpCode(202)
  write(@Body() _body: unknown): { status: string } {
    return { status: 'accepted' };
  }
}

@Module({ controllers: [BareController] })
class BareModule {}

const app = await NestFactory.create<NestExpressApplication>(BareModule, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
console.log(`bare ready on http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`);
process.once('SIGTERM', () => void app.close().finally(() => process.exit(0)));
