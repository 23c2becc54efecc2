/** Shown by the bootstrap before anything is set up, and by the command line itself. */
export const STACK_HELP = `  --data DIR            folder that holds all state (default: .holdfast/data)
  --port N              port of the API (default: 3000; 0: any free one, for the other parts too)
  --temporal-port N     port of Temporal (default: 7233; 0: any free one)
  --ui-port N           port of Temporal's Web UI (default: 8233; 0: any free one)
  --postgres-port N     port of Postgres (default: 5433; 0: any free one)
  --json                print JSON`;

export const UP_HELP = `npm run up -- [OPTIONS]

Starts the stack and stays in the foreground until Ctrl-C. Parts that are configured (DATABASE_URL, TEMPORAL_ADDRESS,
HOLDFAST_RUNTIME) are used and not started.

${STACK_HELP}`;

export const QUICKSTART_HELP = `npm run quickstart -- [OPTIONS]

Starts the stack, ingests the sample corpus, asks the research agent a question and prints its answer.

${STACK_HELP}
  --question TEXT       another question
  --keep                leave the stack running afterwards, until Ctrl-C`;

export const TEST_HELP = `npm test -- [OPTIONS]

Lint, then the rings of tests: unit (no servers), integration (Postgres and Temporal), e2e (the whole stack), browser
(the console in a Chromium; skipped by name where there is none on PATH or in HOLDFAST_BROWSER).

  --ring NAME           only this ring: unit, integration, e2e or browser; without lint
  anything else         goes to Jest, for instance a path`;
