import { isInitSystem } from '../linux/init-systems.ts';
import type { Domain } from './domain.ts';

/**
 * Whether init is taken for one that runs a whole system, by the name of its program: such a one mounts hierarchies of control
 * groups by itself and makes groups in what it finds there.
 */
export const runsSystem = ({ os: { init } }: Domain): boolean => isInitSystem(init?.value ?? '');
