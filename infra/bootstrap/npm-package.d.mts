export interface NpmPin {
  readonly name: string;
  readonly version: string;
  /** As npm writes it: `sha512-` and base64. */
  readonly integrity: string;
}

/** Fetches one npm package at a pinned version, checks its hash and unpacks it into `target`; nothing of it is run. */
export function fetchNpmPackage(pin: NpmPin, target: string, report?: (message: string) => void): Promise<string>;
