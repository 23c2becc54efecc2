import type { Machine } from '#contracts';

const GIB = 2 ** 30;

/** Machines that the catalogue is tried on. Bandwidths in GB/s as the vendors give them. */
export const EXAMPLE_MACHINES: Readonly<Record<'pi5' | 'laptop' | 'desktop' | 'mac', Machine>> = {
  pi5: { name: 'Raspberry Pi 5, 8 GB', memoryBytes: 8 * GIB, unified: false, cores: 4, bandwidth: 17, gpus: [] },
  laptop: { name: 'laptop with an RTX 4060 of 8 GB', memoryBytes: 16 * GIB, unified: false, cores: 16, bandwidth: 77, gpus: [{ name: 'NVIDIA GeForce RTX 4060 Laptop GPU', memoryBytes: 8 * GIB, bandwidth: 256 }] },
  desktop: { name: 'desktop with an RTX 4090', memoryBytes: 64 * GIB, unified: false, cores: 24, bandwidth: 90, gpus: [{ name: 'NVIDIA GeForce RTX 4090', memoryBytes: 24 * GIB, bandwidth: 1_008 }] },
  mac: { name: 'M3 Max, 64 GB', memoryBytes: 64 * GIB, unified: true, cores: 16, bandwidth: 400, gpus: [] },
};

/** Memory bandwidth by a part of the device's name, GB/s; the vendors' data sheets. The first that matches holds. */
export const BANDWIDTHS: readonly [RegExp, number][] = [
  [/H200/, 4_800], [/H100/, 3_350], [/A100/, 1_555], [/5090/, 1_792], [/5080/, 960], [/5070/, 672], [/4090 Laptop/, 576], [/4090/, 1_008], [/4080/, 717], [/4070/, 504],
  [/4060 Laptop/, 256], [/4060/, 272], [/3090/, 936], [/3080/, 760], [/3070/, 448], [/3060/, 360], [/T4\b/, 320], [/L4\b/, 300], [/A10\b/, 600],
  [/M[34] Ultra/, 819], [/M4 Max/, 546], [/M[123] Max/, 400], [/M4 Pro/, 273], [/M3 Pro/, 150], [/M[12] Pro/, 200], [/M[1-2] Ultra/, 800], [/Apple M4/, 120], [/Apple M[23]/, 100], [/Apple M1/, 68], [/Raspberry Pi 5/, 17],
];
export const bandwidthOf = (name: string): number | null => BANDWIDTHS.find(([pattern]) => pattern.test(name))?.[1] ?? null;
