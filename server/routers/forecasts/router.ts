import { router } from '../../trpc/init'
import { listForecasts } from './list'

export const forecastsRouter = router({ list: listForecasts })
