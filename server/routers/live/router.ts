import { router } from '../../trpc/init'
import { liveEvents } from './events'

export const liveRouter = router({ events: liveEvents })
