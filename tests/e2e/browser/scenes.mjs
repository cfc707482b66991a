// All scenes by name.
export { updates, stale, trouble } from './updates.mjs';
export { target, plain } from './reading.mjs';
export { keyboard } from './keyboard.mjs';
export { sizes, picture } from './sizes.mjs';
export { hostile, policy } from './policy.mjs';
export { accessibility } from './accessibility.mjs';
