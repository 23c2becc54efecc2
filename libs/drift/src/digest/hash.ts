// Neither cryptographic nor keyed: these tell calls and texts apart within one run. Temporal's sandbox has no node:crypto.

/** Two rounds of 32 bits each (after bryc's cyrb53) as 16 hex digits. */
export function hash64(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  const high = mix32(a ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35));
  const low = mix32(b ^ Math.imul(a ^ (a >>> 16), 0x85ebca6b));
  return hex(high) + hex(low);
}

/** Spreads an integer over 32 bits (the finalizer of MurmurHash3), unsigned. */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const hex = (value: number): string => value.toString(16).padStart(8, '0');
