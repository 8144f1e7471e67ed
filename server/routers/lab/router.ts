import { router } from '../../trpc/init'
import { replayLab } from './replay'

export const labRouter = router({ replay: replayLab })
