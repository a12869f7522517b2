import { networkProgramMissing, networkStepFailed } from '../diagnostics/catalog/cli.ts';
import type { Plan } from '../plan/plan.ts';
import { NetworkStepError, Networks } from '../state/networks.ts';
import { Failure, tell } from './failure.ts';

/** Those of this machine; `LXPLAIN_ROOT` moves what they keep. */
export const knownNetworks = (): Networks => new Networks(process.env.LXPLAIN_ROOT ?? '/');

/**
 * Starts the networks whose bridges a plan uses, if nobody has started them.
 * @throws Failure
 */
export function startNetworksOf({ steps }: Plan): void {
  const bridges = new Set(
    steps.flatMap((step) => (step.op === 'link.veth' && step.bridge ? [step.bridge] : [])),
  );
  if (bridges.size === 0) return;
  const networks = knownNetworks();
  for (const network of networks.all()) {
    if (!bridges.has(network.bridge) || networks.hasBridge(network)) continue;
    try {
      tell(networks.start(network).missing.map(networkProgramMissing), new Map());
    } catch (cause) {
      if (!(cause instanceof NetworkStepError)) throw cause;
      throw new Failure([networkStepFailed(network.name, cause.step, cause.reason)]);
    }
  }
}
