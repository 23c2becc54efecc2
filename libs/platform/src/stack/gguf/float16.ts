const F32_EXPONENT_BIAS = 127;
const F16_EXPONENT_BIAS = 15;

/** Rounds float32 values to IEEE half precision, to nearest with ties to even. */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, halfFromBits);
}

function halfFromBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - F32_EXPONENT_BIAS + F16_EXPONENT_BIAS;
  const mantissa = bits & 0x7fffff;
  if (exponent >= 31) return sign | 0x7c00 | ((bits & 0x7fffffff) > 0x7f800000 ? 0x200 : 0);
  if (exponent <= 0) return exponent < -10 ? sign : sign | roundedShift(mantissa | 0x800000, 14 - exponent);
  // A mantissa that rounds up to the next power carries into the exponent, which is what it should do.
  return sign | ((exponent << 10) + roundedShift(mantissa, 13));
}

function roundedShift(value: number, shift: number): number {
  const half = 1 << (shift - 1);
  const rest = value & ((1 << shift) - 1);
  const quotient = value >>> shift;
  return rest > half || (rest === half && (quotient & 1) === 1) ? quotient + 1 : quotient;
}
