import { z } from 'zod'
import { onCluster } from '../../trpc/procedures'
import { loadUtilisation, utilisationSeries } from '../../views/utilisation'
import { span } from './span'

/** How busy every device was, in equal buckets. */
export const clusterUtilisation = onCluster('viewer')
  .input(z.object({ buckets: z.number().int().min(1).max(1000).default(60) }).and(span))
  .output(z.object({ from: z.date(), to: z.date(), series: z.array(utilisationSeries) }))
  .query(async ({ input: { from, to, buckets } }) => ({
    from,
    to,
    series: await loadUtilisation(from, to, buckets),
  }))
