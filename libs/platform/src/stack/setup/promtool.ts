import { type Built, goTool } from './go-tool.js';
import { PROMTOOL_VERSION } from './pins.js';
import type { Setup } from './tools.js';

/** Prometheus' own check of rules and queries; or why there is none. Without the ways to discover services, which would be most of it. */
export const promtool = (setup: Setup): Promise<Built> => goTool(setup, { name: 'promtool', version: PROMTOOL_VERSION, package: 'github.com/prometheus/prometheus/cmd/promtool', tags: 'remove_all_sd' });
