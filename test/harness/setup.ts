import { TOOLS_DIR } from '#platform/stack';

/** Where the servers' binaries are kept: the same place as for a stack that is started by hand. */
export const SETUP = { toolsDir: TOOLS_DIR, report: (): void => undefined };
