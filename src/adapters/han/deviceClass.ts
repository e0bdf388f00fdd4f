/** Bits of the device class of the demand response and load control cluster that a home has. */
export const DEVICE_CLASS = {
  heatingOrCooling: 0x0001,
  stripHeater: 0x0002,
  waterHeater: 0x0004,
  poolPump: 0x0008,
  smartAppliance: 0x0010,
  simpleLoad: 0x0080,
  electricVehicle: 0x0400,
  generation: 0x0800,
} as const;

export type DeviceClassName = keyof typeof DEVICE_CLASS;

export function deviceClassBits(names: readonly DeviceClassName[]): number {
  return names.reduce((bits, name) => bits | DEVICE_CLASS[name], 0);
}

/** The names of the bits; those without a name here as a number. */
export function nameDeviceClass(bits: number): string {
  const named = (Object.keys(DEVICE_CLASS) as DeviceClassName[]).filter(
    (name) => (bits & DEVICE_CLASS[name]) !== 0,
  );
  const rest = bits & ~deviceClassBits(named);
  const parts = rest === 0 ? named : [...named, `0x${rest.toString(16)}`];
  return parts.length === 0 ? 'none' : parts.join(', ');
}
