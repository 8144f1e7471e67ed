import { router } from '../../trpc/init'
import { compareLab } from './compare'
import { replayLab } from './replay'

export const labRouter = router({ compare: compareLab, replay: replayLab })
