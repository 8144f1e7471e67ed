import { router } from '../../trpc/init'
import { getDraft } from './get'
import { saveDraft } from './save'

export const draftRouter = router({ get: getDraft, save: saveDraft })
